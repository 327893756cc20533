"""SendGrid's mails over real sockets: each documented answer, recalls, refusals."""

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reverse_etl.channel import Batch, Item, Operation, Outcome, Reject, Row
from reverse_etl.channels.sendgrid_mail import SendGridMail
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.vendors.sendgrid_message import MailOptions
from tests.contract.benches.sendgrid_mail import TEMPLATE_ID, SendGridMailBench, open_bench
from tests.contract.loopback import Reply, Request
from tests.contract.sync_world import CANARY_KEY, NOW, TurnedClock

NOW_SECOND = int(NOW.timestamp())
PAYLOAD = {"email": "Canary1@Example.jp", "to_name": "山田 花子", "coupon": "AKI10"}


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def bench(clock: TurnedClock, tmp_path: Path) -> Iterator[SendGridMailBench]:
    with open_bench(tmp_path, clock) as made:
        yield made


def _channel(
    bench: SendGridMailBench,
    clock: TurnedClock,
    secrets: dict[str, str] | None = None,
    **more: object,
) -> SendGridMail:
    options = MailOptions.model_validate({"template_id": TEMPLATE_ID} | more)
    return SendGridMail(options, bench.settings(**(secrets or {})), clock)


def _row(number: int = 1, **payload: object) -> Row:
    values = {**PAYLOAD, "email": f"canary{number}@example.jp", **payload}
    return Row(f"p{number}", values, f"{number:032x}")


def _batch(channel: SendGridMail, count: int = 1, key: str = "s:r:00001") -> Batch:
    items = [item for n in range(count) if isinstance(item := channel.build(_row(n)), Item)]
    assert len(items) == count
    return Batch(key, "winback__mail", "r", NOW.date(), Operation.ADD, items)


def _prepared(channel: SendGridMail, batch: Batch) -> Batch:
    return replace(batch, handle=channel.prepare(batch))


def test_mail_goes_out_once_when_its_minutes_have_passed(
    bench: SendGridMailBench, clock: TurnedClock
) -> None:
    channel = _channel(bench, clock, campaign="aki", categories=("winback",), unsubscribe_group=7)
    batch = _prepared(channel, _batch(channel, 2))
    assert channel.deliver(batch).outcome is Outcome.DELIVERED
    (call,) = bench.fake.sends
    assert {k: v for k, v in call.body.items() if k != "personalizations"} == {
        "from": {"email": "shop@example.jp", "name": "縁商店"},
        "template_id": TEMPLATE_ID,
        "categories": ["winback__mail", "winback"],
        "tracking_settings": {"subscription_tracking": {"enable": True}},
        "asm": {"group_id": 7},
        "batch_id": "Batch-0000_x",
        "send_at": NOW_SECOND + 1200,
    }
    assert call.body["personalizations"][1] == {
        "to": [{"email": "canary1@example.jp", "name": "山田 花子"}],
        "dynamic_template_data": {
            "coupon": "AKI10",
            "sender_name": "縁商店",
            "sender_address": "東京都千代田区千代田1-1",
            "sender_contact": "https://shop.example.jp/contact",
        },
        "custom_args": {
            "enishi_message_id": f"{1:032x}",
            "campaign": "aki",
            "enishi_sync": "winback__mail",
        },
    }
    assert bench.fake.gone_out(at=NOW + timedelta(seconds=1199)) == []
    assert len(bench.fake.gone_out(at=NOW + timedelta(seconds=1200))) == 2


@pytest.mark.parametrize(
    ("reply", "outcome", "code"),
    [
        (Reply(202, b""), "delivered", "http_202"),
        (Reply(400, b'{"errors":[{"message":"canary@example.jp"}]}'), "rejected", "http_400"),
        (Reply(401), "denied", "http_401"),
        (Reply(403), "denied", "http_403"),
        (Reply(404), "rejected", "http_404"),
        (Reply(413), "rejected", "http_413"),
        (Reply(429, b"{}", {"X-RateLimit-Reset": "7"}), "throttled", "http_429"),
        (Reply(500), "unknown", "http_500"),
        (Reply(502, b"<html>Bad gateway</html>"), "unknown", "http_502"),
        (Reply(503, b"", {"Retry-After": "7"}), "throttled", "http_503"),
        (Reply(504), "unknown", "http_504"),
        (Reply(200, b""), "unknown", "http_200"),
        (Reply(302, b"", {"Location": "http://127.0.0.1:9/"}), "denied", "http_302"),
        (Reply(cut=True), "unknown", "RemoteDisconnected"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_answer_is_judged_by_its_documented_meaning(
    bench: SendGridMailBench, clock: TurnedClock, reply: Reply, outcome: str, code: str
) -> None:
    channel = _channel(bench, clock)
    batch = _prepared(channel, _batch(channel))
    bench.fake.before = lambda call: reply if call.path == "/v3/mail/send" else None
    result = channel.deliver(batch)
    assert (result.outcome.value, result.code) == (outcome, code)
    assert len(bench.fake.sends) == 1


def test_wait_is_what_the_vendors_rate_limit_says(
    bench: SendGridMailBench, clock: TurnedClock
) -> None:
    channel = _channel(bench, clock)
    batch = _prepared(channel, _batch(channel))
    reset = str(int(time.time()) + 30)
    bench.fake.before = lambda _call: Reply(429, b"{}", {"X-RateLimit-Reset": reset})
    wait = channel.deliver(batch).retry_after
    assert wait is not None
    assert 25 < wait <= 30


def test_lost_answer_is_called_back_and_the_mail_sent_again_reaches_once(
    bench: SendGridMailBench, clock: TurnedClock
) -> None:
    channel = _channel(bench, clock)
    first = _prepared(channel, _batch(channel, 3))
    bench.fake.after = lambda call: Reply(cut=True) if call.path == "/v3/mail/send" else None
    assert channel.deliver(first).outcome is Outcome.UNKNOWN
    assert len(bench.fake.taken) == 3
    bench.fake.after = lambda _call: None
    clock.sleep(600)
    assert channel.recall(first.handle)
    second = _prepared(channel, _batch(channel, 3, key="s:r:00002"))
    assert second.handle != first.handle
    assert channel.deliver(second).outcome is Outcome.DELIVERED
    assert set(bench.fake.copies().values()) == {1}
    assert len(bench.fake.gone_out(at=NOW + timedelta(days=1))) == 3


@pytest.mark.parametrize(("seconds", "is_certain"), [(600, True), (601, False), (1201, False)])
def test_recall_is_certain_only_ten_minutes_before_the_mail_goes_out(
    bench: SendGridMailBench, clock: TurnedClock, seconds: int, is_certain: bool
) -> None:
    channel = _channel(bench, clock)
    batch = _prepared(channel, _batch(channel))
    channel.deliver(batch)
    clock.sleep(seconds)
    assert channel.recall(batch.handle) is is_certain
    assert (bench.fake.coming() == []) is is_certain


def test_recall_reads_the_state_when_the_cancels_own_answer_is_lost(
    bench: SendGridMailBench, clock: TurnedClock
) -> None:
    channel = _channel(bench, clock)
    batch = _prepared(channel, _batch(channel))
    bench.fake.after = lambda call: Reply(cut=True) if call.method == "POST" else None
    assert channel.recall(batch.handle)
    assert channel.recall(batch.handle)


def test_recall_is_not_certain_when_the_vendor_did_not_cancel(
    bench: SendGridMailBench, clock: TurnedClock
) -> None:
    channel = _channel(bench, clock)
    batch = _prepared(channel, _batch(channel))
    bench.fake.before = lambda call: Reply(400) if call.method == "POST" else None
    assert not channel.recall(batch.handle)
    bench.fake.before = lambda _call: Reply(500)
    with pytest.raises(TransientError, match="http_500"):
        channel.recall(batch.handle)
    bench.fake.before = lambda _call: Reply(403)
    with pytest.raises(TerminalError, match="http_403"):
        channel.recall(batch.handle)
    before = len(bench.fake.requests)
    assert not channel.recall("no handle of ours")
    assert len(bench.fake.requests) == before


def test_batch_that_had_to_wait_goes_out_later_and_recalls_by_the_first_word(
    bench: SendGridMailBench, clock: TurnedClock
) -> None:
    channel = _channel(bench, clock)
    batch = _prepared(channel, _batch(channel))
    clock.sleep(900)
    channel.deliver(batch)
    assert bench.fake.sends[0].body["send_at"] == NOW_SECOND + 900 + 1200
    # Certain in truth, but another attempt might have been taken at the first word.
    assert not channel.recall(batch.handle)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(500), TransientError),
        (Reply(cut=True), TransientError),
        (Reply(201, b'{"errors":[]}'), TransientError),
        (Reply(201, b'{"batch_id":"a@1"}'), TransientError),
        (Reply(401), TerminalError),
    ],
)
def test_nothing_is_sent_when_no_batch_id_comes(
    bench: SendGridMailBench, clock: TurnedClock, reply: Reply, error: type[Exception]
) -> None:
    channel = _channel(bench, clock)
    batch = _batch(channel)
    bench.fake.before = lambda _call: reply
    with pytest.raises(error):
        channel.prepare(batch)
    bench.fake.before = lambda _call: None
    assert channel.deliver(batch).code == "not_prepared"
    assert bench.fake.sends == []


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"email": None}, "missing_email"),
        ({"email": "nobody"}, "bad_email"),
        ({"email": "ｔａｒｏ@example.jp"}, "bad_email"),
        ({"email": "a@example.jp\r\nBcc: b@example.jp"}, "bad_email"),
        ({"email": "a" * 244 + "@example.jp"}, "too_long_email"),
        ({"to_name": "山田; 花子"}, "bad_to_name"),
        ({"to_name": "山田, 花子"}, "bad_to_name"),
        ({"to_name": "山田\r\nBcc: x@example.jp"}, "line_break_to_name"),
        ({"coupon": None}, "null_coupon"),
        ({"coupon": ""}, "null_coupon"),
        ({"coupon": "a\nb"}, "line_break_coupon"),
        ({"coupon": "a\u2028b"}, "line_break_coupon"),
        ({"coupon": "あ" * 3_400}, "too_long_variables"),
    ],
)
def test_mail_is_refused_before_any_call_when_it_must_not_go_out(
    bench: SendGridMailBench, clock: TurnedClock, payload: dict[str, object], code: str
) -> None:
    assert _channel(bench, clock).build(_row(1, **payload)) == Reject("p1", code)


def test_mail_without_our_own_message_id_is_refused(
    bench: SendGridMailBench, clock: TurnedClock
) -> None:
    channel = _channel(bench, clock)
    assert channel.build(Row("p1", PAYLOAD)) == Reject("p1", "no_message_id")


def test_variables_may_fill_their_limit_and_hold_lines_where_the_sync_says_so(
    bench: SendGridMailBench, clock: TurnedClock
) -> None:
    channel = _channel(bench, clock, multiline=("coupon",))
    frame = {"coupon": "", "sender_name": "縁商店", "sender_address": "東京都千代田区千代田1-1"}
    frame["sender_contact"] = "https://shop.example.jp/contact"
    room = 10_000 - len(json.dumps(frame, ensure_ascii=False).encode())
    assert isinstance(channel.build(_row(1, coupon="x" * room)), Item)
    assert channel.build(_row(1, coupon="x" * (room + 1))) == Reject("p1", "too_long_variables")
    assert isinstance(channel.build(_row(1, coupon="一行目\n二行目")), Item)


def test_two_people_with_one_address_have_one_key(
    bench: SendGridMailBench, clock: TurnedClock
) -> None:
    channel = _channel(bench, clock)
    built = [channel.build(_row(n, email="Same@Example.jp")) for n in (1, 2)]
    keys = {item.key for item in built}
    assert keys == {"same@example.jp"}


def test_own_unsubscribe_page_stands_in_both_headers(
    bench: SendGridMailBench, clock: TurnedClock
) -> None:
    secrets = {"SENDGRID_UNSUBSCRIBE_URL": "https://shop.example.jp/u?m={message_id}"}
    own = {"unsubscribe": "headers", "unsubscribe_url_from": "SENDGRID_UNSUBSCRIBE_URL"}
    channel = _channel(bench, clock, secrets, **own)
    batch = _prepared(channel, _batch(channel))
    assert channel.deliver(batch).outcome is Outcome.DELIVERED
    (mail,) = bench.fake.taken
    assert mail.part["headers"] == {
        "List-Unsubscribe": f"<https://shop.example.jp/u?m={0:032x}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert mail.body["tracking_settings"] == {"subscription_tracking": {"enable": False}}


@pytest.mark.parametrize(
    ("secrets", "message"),
    [
        ({"SENDGRID_API_KEY": ""}, "SENDGRID_API_KEY is not set"),
        ({"SENDGRID_SENDER_EMAIL": "縁@example.jp"}, "SENDGRID_SENDER_EMAIL is not set to"),
        ({"SENDGRID_SENDER_NAME": " "}, "SENDGRID_SENDER_NAME is not set to"),
        ({"SENDGRID_SENDER_NAME": "縁, 商店"}, "SENDGRID_SENDER_NAME is not set to"),
        ({"SENDGRID_SENDER_ADDRESS": ""}, "SENDGRID_SENDER_ADDRESS is not set to"),
        ({"SENDGRID_SENDER_CONTACT": ""}, "SENDGRID_SENDER_CONTACT is not set to"),
        ({"SENDGRID_TEMPLATE_X": "winback"}, "SENDGRID_TEMPLATE_X is not set to the id"),
        ({"SENDGRID_URL_X": "http://shop.example.jp/{message_id}"}, "SENDGRID_URL_X is not set to"),
        ({"SENDGRID_URL_X": "https://shop.example.jp/"}, "SENDGRID_URL_X is not set to an https"),
    ],
)
def test_missing_setting_is_named_and_nothing_is_called(
    bench: SendGridMailBench, clock: TurnedClock, secrets: dict[str, str], message: str
) -> None:
    options = MailOptions(
        template_id_from="SENDGRID_TEMPLATE_X",
        unsubscribe="headers",
        unsubscribe_url_from="SENDGRID_URL_X",
    )
    whole = {
        "SENDGRID_TEMPLATE_X": TEMPLATE_ID,
        "SENDGRID_URL_X": "https://shop.example.jp/{message_id}",
    }
    assert SendGridMail(options, bench.settings(**whole), clock).missing() is None
    channel = SendGridMail(options, bench.settings(**(whole | secrets)), clock)
    assert message in str(channel.missing())
    assert channel.check().message == channel.missing()
    assert bench.fake.requests == []


@pytest.mark.parametrize(
    ("options", "fields", "mend"),
    [
        ({}, ("email",), "give either template_id or template_id_from"),
        ({"template_id": "winback"}, ("email",), "String should match pattern"),
        ({"template_id": TEMPLATE_ID}, ("coupon",), "the payload needs the field email"),
        ({"template_id": TEMPLATE_ID}, ("email", "sender_name"), "rename it"),
        ({"template_id": TEMPLATE_ID, "multiline": ["x"]}, ("email",), "is no payload field"),
        ({"template_id": TEMPLATE_ID, "unsubscribe": "headers"}, ("email",), "give both"),
        ({"template_id": TEMPLATE_ID, "undo_minutes": 14}, ("email",), "greater than or equal"),
        ({"template_id": TEMPLATE_ID, "undo_minutes": 4_261}, ("email",), "less than or equal"),
        ({"template_id": TEMPLATE_ID, "categories": ["x" * 256]}, ("email",), "match pattern"),
        ({"template_id": TEMPLATE_ID, "categories": list("0123456789")}, ("email",), "at most 9"),
        ({"template_id": TEMPLATE_ID, "categories": ["a", "a"]}, ("email",), "stands twice"),
        ({"template_id": TEMPLATE_ID, "bypass_list_management": True}, ("email",), "not permitted"),
    ],
)
def test_options_that_do_not_fit_are_refused_with_their_mend(
    options: dict[str, object], fields: tuple[str, ...], mend: str
) -> None:
    with pytest.raises(ValueError, match=mend):
        SendGridMail.check_options(options, fields)


def test_check_says_so_when_the_vendor_would_not_take_the_mail(
    bench: SendGridMailBench, clock: TurnedClock
) -> None:
    channel = _channel(bench, clock)
    assert channel.check().ok
    (call,) = bench.fake.requests
    assert call.body["mail_settings"] == {"sandbox_mode": {"enable": True}}
    bench.fake.before = lambda _call: Reply(400)
    health = channel.check()
    assert (health.ok, health.message) == (
        False,
        "SendGrid answered http_400 for a mail in its sandbox",
    )


def test_thousand_mails_go_in_one_request_and_the_size_counts_what_is_sent(
    bench: SendGridMailBench, clock: TurnedClock
) -> None:
    channel = _channel(bench, clock)
    batch = _prepared(channel, _batch(channel, 1_000))
    assert channel.deliver(batch).outcome is Outcome.DELIVERED
    (call,) = bench.fake.sends
    assert len(call.body["personalizations"]) == channel.capabilities.max_rows == 1_000
    assert len(json.dumps(call.body)) <= sum(item.size for item in batch.items) + 1_000


def test_neither_key_nor_address_is_logged_or_shown(
    bench: SendGridMailBench, clock: TurnedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = _channel(bench, clock)
    batch = _prepared(channel, _batch(channel))
    seen: list[Request] = bench.fake.requests
    bench.fake.before = lambda _call: Reply(500, b"canary1@example.jp")
    result = channel.deliver(batch)
    assert seen
    for text in (caplog.text, repr(result), repr(batch), repr(channel._mail)):
        assert "canary" not in text
        assert CANARY_KEY not in text
        assert "shop@example.jp" not in text
