"""LINE webhook bodies as the shop's endpoint stored them."""

import json

from orchestration.sample_shop import dirt
from orchestration.sample_shop.feeds import JsonArrayFeed, Landing
from orchestration.sample_shop.life import Life
from orchestration.sample_shop.line_friends import LineEvent
from orchestration.sample_shop.world import World

SOURCE = "line_events"
ROWS_PER_FILE = 20_000
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
DESTINATION = "U" + "0" * 32


class LineWriter:
    """Writes the events of the shop's LINE account by year."""

    def __init__(self, landing: Landing, world: World) -> None:
        """Open the feed."""
        self._calendar = world.calendar
        self._webhooks = JsonArrayFeed(
            landing,
            SOURCE,
            key="webhookEventId",
            rows_per_file=ROWS_PER_FILE,
            frame=(f'{{"destination":"{DESTINATION}","events":[\n', "\n]}\n"),
            faults=dirt.LINE_EVENTS,
        )

    def write(self, life: Life) -> None:
        """Write a person's events; what LINE delivers again follows its first delivery."""
        if life.friendship is None:
            return
        for event in life.friendship.events:
            stem = f"webhook_{self._calendar.day(event.moment).year}"
            self._webhooks.append(stem, self._text(event, is_redelivery=False))
            if event.is_redelivery:
                self._webhooks.append(stem, self._text(event, is_redelivery=True))

    def close(self) -> None:
        """Finish every file."""
        self._webhooks.close()

    def _text(self, event: LineEvent, *, is_redelivery: bool) -> str:
        record: dict[str, object] = {
            "type": event.kind,
            "mode": "active",
            "timestamp": self._calendar.unix(event.moment) * 1000,
            "source": {"type": "user", "userId": event.user_id},
            "webhookEventId": f"LN{event.event_no:024d}",
            "deliveryContext": {"isRedelivery": is_redelivery},
        }
        return ENCODER.encode(record | _details(event))


def _details(event: LineEvent) -> dict[str, object]:
    """Give the keys that only this kind of event has."""
    if event.kind == "unfollow":
        return {}
    details: dict[str, object] = {"replyToken": f"reply{event.event_no:024d}"}
    if event.kind == "follow":
        details["follow"] = {"isUnblocked": False}
    elif event.kind == "accountLink":
        details["link"] = {"result": "ok", "nonce": event.member_id}
    elif event.kind == "postback":
        details["postback"] = {"data": "menu=catalogue"}
    else:
        details["message"] = {"id": str(event.event_no), "type": "text", "text": event.text}
    return details
