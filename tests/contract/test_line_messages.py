"""LINE messages over real sockets: each documented answer, retry keys, the month's quota."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.channel import Batch, Item, Operation, Outcome, Reject, Row
from reverse_etl.channels.line_messages import LineMessages
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.vendors.line_message import LineOptions
from tests.contract.benches.line_messages import TEXT, LineMessagesBench, open_bench
from tests.contract.loopback import Reply, Request
from tests.contract.sync_world import CANARY_KEY, NOW, TurnedClock, line_user

PERSONAL = {"type": "text", "text": "{coupon}をどうぞ"}
QUOTA = "/v2/bot/message/quota"


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[LineMessagesBench]:
    with open_bench(tmp_path) as made:
        yield made


def _channel(bench: LineMessagesBench, clock: TurnedClock, **options: object) -> LineMessages:
    given = LineOptions.model_validate({"messages": [TEXT]} | options)
    return LineMessages(given, bench.settings(), clock)


def _row(number: int = 1, **payload: object) -> Row:
    values = {"line_user_id": line_user(f"canary{number}@example.jp"), **payload}
    return Row(f"p{number}", values, f"{number:032x}")


def _batch(
    channel: LineMessages, count: int = 1, key: str = "s:r:00001", **payload: object
) -> Batch:
    items = [i for n in range(count) if isinstance(i := channel.build(_row(n, **payload)), Item)]
    assert len(items) == count
    batch = Batch(key, "winback__line", "r", NOW.date(), Operation.ADD, items)
    return replace(batch, handle=channel.prepare(batch))


def _only(path: str, reply: Reply) -> Any:
    return lambda request: reply if request.path == path else None


def test_multicast_says_one_thing_to_five_hundred_in_one_request(
    bench: LineMessagesBench, clock: TurnedClock
) -> None:
    channel = _channel(bench, clock, aggregation_unit="winback_11", notification_disabled=True)
    assert channel.capabilities.max_rows == 500
    assert channel.deliver(_batch(channel, 500)).outcome is Outcome.DELIVERED
    (request,) = bench.fake.sends
    body = request.body
    assert request.path == "/v2/bot/message/multicast"
    assert (len(body["to"]), body["messages"]) == (500, [TEXT])
    assert (body["customAggregationUnits"], body["notificationDisabled"]) == (["winback_11"], True)
    assert set(bench.fake.copies().values()) == {1}


def test_push_fills_in_what_is_the_persons_own(
    bench: LineMessagesBench, clock: TurnedClock
) -> None:
    flex = {"type": "flex", "altText": "{coupon}", "contents_file": "coupon.json"}
    channel = _channel(bench, clock, send="push", messages=[PERSONAL, flex])
    assert channel.capabilities.max_rows == 1
    assert channel.deliver(_batch(channel, coupon="{line_user_id}")).outcome is Outcome.DELIVERED
    (sent,) = bench.fake.sent
    # What a value says is text, never a variable again.
    assert sent.messages[0]["text"] == "{line_user_id}をどうぞ"
    assert sent.messages[1]["altText"] == "{line_user_id}"
    assert sent.messages[1]["contents"]["body"]["contents"][1]["text"] == "{line_user_id}"
    pair = _batch(channel, 2, coupon="A")
    assert channel.deliver(pair).code == "too_many_rows"
    assert len(bench.fake.sent) == 1


@pytest.mark.parametrize(
    ("reply", "outcome", "code"),
    [
        (Reply(200, b"{}"), "delivered", "http_200"),
        (Reply(409, b"{}"), "delivered", "http_409"),
        (Reply(400, b'{"message":"canary1"}'), "rejected", "http_400"),
        (Reply(401), "denied", "http_401"),
        (Reply(403), "denied", "http_403"),
        (Reply(404), "rejected", "http_404"),
        (Reply(413), "rejected", "http_413"),
        (Reply(429, b"{}", {"Retry-After": "7"}), "throttled", "http_429"),
        (Reply(500), "unknown", "http_500"),
        (Reply(502, b"<html>Bad gateway</html>"), "unknown", "http_502"),
        (Reply(503, b"", {"Retry-After": "7"}), "throttled", "http_503"),
        (Reply(202, b"{}"), "unknown", "http_202"),
        (Reply(302, b"", {"Location": "http://127.0.0.1:9/"}), "denied", "http_302"),
        (Reply(cut=True), "unknown", "ProtocolError"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_answer_is_judged_by_its_documented_meaning_and_asked_for_once(
    bench: LineMessagesBench, clock: TurnedClock, reply: Reply, outcome: str, code: str
) -> None:
    channel = _channel(bench, clock)
    batch = _batch(channel)
    bench.fake.before = _only("/v2/bot/message/multicast", reply)
    result = channel.deliver(batch)
    assert (result.outcome.value, result.code) == (outcome, code)
    assert result.retry_after == (7.0 if "Retry-After" in reply.headers else None)
    assert len(bench.fake.sends) == 1


def test_nothing_is_sent_when_nobody_listens(bench: LineMessagesBench, clock: TurnedClock) -> None:
    settings = replace(bench.settings(), base_urls={"line_messages": "http://127.0.0.1:9"})
    channel = LineMessages(LineOptions(messages=(TEXT,)), settings, clock)
    batch = replace(_batch(_channel(bench, clock)), handle="1")
    clock.instant = clock.instant.fromtimestamp(1, clock.instant.tzinfo)
    result = channel.deliver(batch)
    assert (result.outcome, result.code) == (Outcome.REFUSED, "ConnectionRefusedError")


def test_slow_answer_ends_at_the_timeout_and_is_unknown(
    bench: LineMessagesBench, clock: TurnedClock
) -> None:
    settings = replace(bench.settings(), timeout_seconds=0.2)
    channel = LineMessages(LineOptions(messages=(TEXT,)), settings, clock)
    batch = _batch(_channel(bench, clock))

    pause = threading.Event()

    def dawdle(_request: Request) -> None:
        pause.wait(0.6)

    bench.fake.before = dawdle
    result = channel.deliver(batch)
    assert (result.outcome, result.code) == (Outcome.UNKNOWN, "ReadTimeoutError")
    pause.set()


def test_lost_answer_is_sent_again_under_the_same_key_and_reaches_once(
    bench: LineMessagesBench, clock: TurnedClock
) -> None:
    channel = _channel(bench, clock)
    batch = _batch(channel, 3)
    bench.fake.after = _only("/v2/bot/message/multicast", Reply(cut=True))
    assert channel.deliver(batch).outcome is Outcome.UNKNOWN
    bench.fake.after = lambda _request: None
    assert channel.deliver(batch).code == "http_409"
    first, second = bench.fake.sends
    assert first.headers["x-line-retry-key"] == second.headers["x-line-retry-key"]
    assert set(bench.fake.copies().values()) == {1}
    other = _batch(channel, 1, key="s:r:00001.1")
    channel.deliver(other)
    assert (
        bench.fake.sends[2].headers["x-line-retry-key"] not in bench.fake.sends[0].headers.values()
    )


@pytest.mark.parametrize(("seconds", "calls"), [(85_800, 1), (85_801, 0)])
def test_key_that_the_vendor_may_have_forgotten_is_not_used(
    bench: LineMessagesBench, clock: TurnedClock, seconds: int, calls: int
) -> None:
    channel = _channel(bench, clock)
    batch = _batch(channel)
    clock.sleep(seconds)
    result = channel.deliver(batch)
    assert len(bench.fake.sends) == calls
    assert (result.outcome is Outcome.DELIVERED) is bool(calls)
    assert calls or (result.outcome, result.code) == (Outcome.UNKNOWN, "retry_key_expired")


def test_batch_without_a_handle_is_not_sent(bench: LineMessagesBench, clock: TurnedClock) -> None:
    channel = _channel(bench, clock)
    assert channel.deliver(replace(_batch(channel), handle="")).code == "not_prepared"
    assert bench.fake.sends == []


def test_month_that_does_not_hold_the_batch_stops_it_before_anything_is_sent(
    bench: LineMessagesBench, clock: TurnedClock
) -> None:
    bench.fake.quota = 5
    channel = _channel(bench, clock)
    channel.deliver(_batch(channel, 3))
    with pytest.raises(TerminalError, match="2 messages for the rest of this month"):
        _batch(channel, 3)
    channel.deliver(_batch(channel, 2, key="s:r:00002"))
    assert len(bench.fake.sent) == 5
    asked = [request.path for request in bench.fake.requests if request.method == "GET"]
    assert asked == [QUOTA, f"{QUOTA}/consumption"] * 2


def test_what_was_prepared_and_not_sent_uses_none_of_the_month(
    bench: LineMessagesBench, clock: TurnedClock
) -> None:
    bench.fake.quota = 3
    channel = _channel(bench, clock)
    _batch(channel, 3)
    assert channel.deliver(_batch(channel, 3, key="s:r:00001.1")).outcome is Outcome.DELIVERED
    with pytest.raises(TerminalError, match="holds 0 messages"):
        _batch(channel, 1, key="s:r:00002")


def test_429_of_the_months_limit_is_no_throttling(
    bench: LineMessagesBench, clock: TurnedClock
) -> None:
    channel = _channel(bench, clock)
    batch = _batch(channel)
    bench.fake.quota = 0
    result = channel.deliver(batch)
    assert (result.outcome, result.code) == (Outcome.DENIED, "monthly_limit")
    bench.fake.quota = None
    bench.fake.before = _only("/v2/bot/message/multicast", Reply(429))
    assert channel.deliver(batch).outcome is Outcome.THROTTLED


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(500), TransientError),
        (Reply(cut=True), TransientError),
        (Reply(200, b'{"type":"limited"}'), TransientError),
        (Reply(401), TerminalError),
    ],
    ids=["down", "cut", "no_number", "denied"],
)
def test_quota_that_cannot_be_read_stops_the_batch(
    bench: LineMessagesBench, clock: TurnedClock, reply: Reply, error: type[Exception]
) -> None:
    bench.fake.before = _only(QUOTA, reply)
    with pytest.raises(error):
        _batch(_channel(bench, clock))


def test_account_without_a_limit_is_not_counted(
    bench: LineMessagesBench, clock: TurnedClock
) -> None:
    bench.fake.quota = None
    channel = _channel(bench, clock)
    assert channel.deliver(_batch(channel, 3)).outcome is Outcome.DELIVERED
    assert channel.check().message == "LINE takes these messages; no monthly limit"


def test_check_asks_the_vendor_about_the_messages_and_the_month(
    bench: LineMessagesBench, clock: TurnedClock
) -> None:
    channel = _channel(bench, clock, send="push", messages=[PERSONAL])
    assert channel.check().ok
    assert bench.fake.requests[0].path == "/v2/bot/message/validate/push"
    bench.fake.before = _only("/v2/bot/message/validate/push", Reply(400))
    assert channel.check().message == "LINE answered http_400 for these messages"
    bench.fake.before = _only(QUOTA, Reply(500))
    assert channel.check().message == "LINE answered http_500 for the month's quota"
    bench.fake.before = lambda _request: None
    bench.fake.quota = 0
    assert (channel.check().ok, "used up" in channel.check().message) == (False, True)
    assert bench.fake.sends == []


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"line_user_id": None}, "missing_line_user_id"),
        ({"line_user_id": ""}, "missing_line_user_id"),
        ({"line_user_id": "taro"}, "bad_line_user_id"),
        ({"line_user_id": "C" + "0" * 32}, "bad_line_user_id"),
        ({"line_user_id": "U" + "0" * 31}, "bad_line_user_id"),
        ({"line_user_id": "U" + "A" * 32}, "bad_line_user_id"),
        ({"coupon": None}, "null_coupon"),
        ({"coupon": ""}, "null_coupon"),
        ({"coupon": "あ" * 4_997}, "too_long_text"),
        ({"coupon": "😀" * 2_499}, "too_long_text"),
    ],
)
def test_row_that_would_reach_nobody_or_say_nothing_is_refused(
    bench: LineMessagesBench, clock: TurnedClock, payload: dict[str, object], code: str
) -> None:
    channel = _channel(bench, clock, send="push", messages=[PERSONAL])
    row = _row(1, **({"coupon": "AKI"} | payload))
    assert channel.build(row) == Reject("p1", code)
    assert isinstance(channel.build(_row(1, coupon="あ" * 4_996)), Item)
    assert isinstance(channel.build(_row(1, coupon="😀" * 2_498)), Item)


ID = ("line_user_id",)
LONG = {"type": "text", "text": "あ" * 5_001}


@pytest.mark.parametrize(
    ("options", "fields", "mend"),
    [
        ({"messages": []}, ID, "at least 1"),
        ({"messages": [TEXT] * 6}, ID, "at most 5"),
        ({"messages": [LONG]}, ID, "message 1 is too long: text holds 5000"),
        ({"messages": [TEXT, {"type": "text", "text": " "}]}, ID, "message 2 says nothing"),
        ({"messages": [{"text": "x"}]}, ID, "message 1 has no type"),
        ({"messages": [{"type": "letter"}]}, ID, "is not as LINE describes letter"),
        ({"messages": [TEXT | {"colour": "red"}]}, ID, "LINE knows no colour"),
        ({"messages": [{"type": "flex", "altText": "x"}]}, ID, "is not as LINE describes flex"),
        (
            {"messages": [{"type": "flex", "altText": "x", "contents": {"type": "poster"}}]},
            ID,
            "message 1",
        ),
        (
            {"messages": [{"type": "flex", "altText": "x", "contents_file": "../spec.py"}]},
            ID,
            "give the bare name of a file",
        ),
        (
            {"messages": [{"type": "flex", "altText": "x", "contents_file": "none.json"}]},
            ID,
            "put it into reverse_etl/messages/",
        ),
        ({"messages": [TEXT]}, ("email",), "the payload needs the field line_user_id"),
        ({"messages": [PERSONAL]}, (*ID, "coupon"), "or set send: push"),
        ({"messages": [PERSONAL], "send": "push"}, ID, "map it in the payload"),
        ({"messages": [TEXT], "send": "push"}, (*ID, "coupon"), "stands in no message"),
        ({"messages": [TEXT], "aggregation_unit": "あ"}, ID, "match pattern"),
        ({"messages": [TEXT], "aggregation_unit": "x" * 31}, ID, "match pattern"),
        ({"messages": [TEXT], "broadcast": True}, ID, "not permitted"),
    ],
)
def test_options_that_do_not_fit_are_refused_with_their_mend(
    options: dict[str, object], fields: tuple[str, ...], mend: str
) -> None:
    with pytest.raises(ValueError, match=mend):
        LineMessages.check_options(options, fields)
    LineMessages.check_options({"messages": [TEXT] * 5, "aggregation_unit": "x" * 30}, ID)


def test_missing_token_is_named_and_nothing_is_called(
    bench: LineMessagesBench, clock: TurnedClock
) -> None:
    settings = replace(bench.settings(), secrets={})
    channel = LineMessages(LineOptions(messages=(TEXT,)), settings, clock)
    assert "LINE_CHANNEL_ACCESS_TOKEN is not set" in str(channel.missing())
    assert channel.check().message == channel.missing()
    assert bench.fake.requests == []


def test_neither_token_nor_user_is_logged_or_shown(
    bench: LineMessagesBench, clock: TurnedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = _channel(bench, clock)
    batch = _batch(channel)
    user = str(line_user("canary0@example.jp"))
    bench.fake.before = lambda _request: Reply(400, user.encode())
    result = channel.deliver(batch)
    for text in (caplog.text, repr(result), repr(batch)):
        assert user not in text
        assert CANARY_KEY not in text
