import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

Truth = Callable[[str], list[dict[str, Any]]]


def good_events(shop: Path, truth: Truth) -> list[dict[str, Any]]:
    broken = {(row["file"], row["row"]) for row in truth("broken_rows")}
    return [
        event
        for path in sorted((shop / "landing/line_events").iterdir())
        for number, event in enumerate(
            json.loads(path.read_text(encoding="utf-8"))["events"], start=1
        )
        if (f"line_events/{path.name}", number) not in broken
    ]


def test_webhooks_hold_every_kind_of_event_and_redeliver_some(shop: Path, truth: Truth) -> None:
    events = good_events(shop, truth)
    kinds = {event["type"] for event in events}
    assert kinds == {"follow", "unfollow", "message", "postback", "accountLink"}
    times = Counter(event["webhookEventId"] for event in events)
    again = [event for event in events if event["deliveryContext"]["isRedelivery"]]
    assert again
    assert {event["webhookEventId"] for event in again} == {i for i, n in times.items() if n == 2}


def test_friends_follow_first_and_are_known_to_the_truth(shop: Path, truth: Truth) -> None:
    friends = {row["line_user_id"] for row in truth("persons") if row["line_user_id"]}
    history: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for event in good_events(shop, truth):
        history[event["source"]["userId"]].append((event["timestamp"], event["type"]))
    assert set(history) == friends
    assert all(min(events)[1] == "follow" for events in history.values())
    blocked = {row["address"] for row in truth("suppressions") if row["channel"] == "line"}
    assert blocked == {user for user, events in history.items() if max(events)[1] == "unfollow"}


def test_account_links_name_the_members_of_the_same_person(shop: Path, truth: Truth) -> None:
    person = {row["line_user_id"]: row["true_person_id"] for row in truth("persons")}
    owner = {
        row["source_record_id"]: row["true_person_id"]
        for row in truth("records")
        if (row["source"], row["record_kind"]) == ("ec_cube", "customer")
    }
    links = [event for event in good_events(shop, truth) if event["type"] == "accountLink"]
    assert len(links) > 5
    for event in links:
        assert owner[event["link"]["nonce"]] == person[event["source"]["userId"]]
