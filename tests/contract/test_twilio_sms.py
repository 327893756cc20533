"""SMS through Twilio over real sockets: each documented answer, numbers, texts, the way out."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reverse_etl.channel import Batch, Item, Operation, Outcome, Reject, Row
from reverse_etl.channels.twilio_sms import SmsOptions, TwilioSms
from tests.contract.benches.twilio_sms import TwilioSmsBench, open_bench
from tests.contract.fake_twilio import failed
from tests.contract.loopback import Reply, Request
from tests.contract.sync_world import CANARY_KEY, NOW

STOP = "配信停止は「停止」と返信"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[TwilioSmsBench]:
    with open_bench(tmp_path) as made:
        yield made


def _channel(bench: TwilioSmsBench, **options: object) -> TwilioSms:
    return TwilioSms(
        SmsOptions.model_validate({"text": "縁商店です。"} | options), bench.settings()
    )


def _row(phone: object = "090-1234-5678", **payload: object) -> Row:
    return Row("p1", {"phone": phone, **payload}, "0" * 31 + "7")


def _batch(channel: TwilioSms, count: int = 1) -> Batch:
    items = [i for _ in range(count) if isinstance(i := channel.build(_row()), Item)]
    assert len(items) == count
    return Batch("s:r:00001", "winback__sms", "r", NOW.date(), Operation.ADD, items)


def test_message_names_its_sender_its_way_out_and_where_to_tell_of_it(
    bench: TwilioSmsBench,
) -> None:
    channel = _channel(bench, text="{coupon}をどうぞ", valid_seconds=600)
    item = channel.build(_row("０９０−１２３４−５６７８", coupon="{phone}"))
    assert isinstance(item, Item)
    batch = replace(_batch(_channel(bench)), items=[item])
    assert channel.deliver(batch).outcome is Outcome.DELIVERED
    assert bench.fake.sent == [
        {
            "To": "+819012345678",
            "MessagingServiceSid": "MG" + "0" * 32,
            "Body": f"{{phone}}をどうぞ\n{STOP}",
            "ValidityPeriod": "600",
            "StatusCallback": "https://hooks.shop.example.jp/twilio"
            "?enishi_message_id=" + "0" * 31 + "7",
        }
    ]


def test_number_is_the_sender_where_no_service_is_set(bench: TwilioSmsBench) -> None:
    settings = bench.settings(TWILIO_MESSAGING_SERVICE_SID="", TWILIO_FROM="+15005550006")
    channel = TwilioSms(SmsOptions(text="x"), settings)
    channel.deliver(_batch(channel))
    assert bench.fake.sent[0]["From"] == "+15005550006"


@pytest.mark.parametrize(
    ("reply", "outcome", "code"),
    [
        (Reply(201, b'{"sid":"SM1"}'), "delivered", "http_201"),
        (Reply(201, b'{"sid":'), "delivered", "http_201"),
        (failed(400, 21610), "rejected", "opted_out"),
        (failed(400, 21211), "rejected", "invalid_number"),
        (failed(400, 21614), "rejected", "not_mobile"),
        (failed(400, 21635), "rejected", "landline"),
        (failed(400, 30003), "rejected", "unreachable"),
        (failed(400, 30004), "rejected", "blocked"),
        (failed(400, 30005), "rejected", "unknown_number"),
        (failed(400, 30006), "rejected", "landline"),
        (failed(400, 30007), "rejected", "filtered"),
        (failed(400, 21617), "rejected", "twilio_21617"),
        (Reply(400, b"<html>"), "rejected", "http_400"),
        (Reply(400, b'{"code":"+819012345678"}'), "rejected", "http_400"),
        (failed(400, 20003), "denied", "twilio_20003"),
        (failed(401, 20003), "denied", "twilio_20003"),
        (failed(403, 20003), "denied", "twilio_20003"),
        (failed(429, 20429), "throttled", "twilio_20429"),
        (Reply(429, b"", {"Retry-After": "7"}), "throttled", "http_429"),
        (failed(500, 20500), "unknown", "http_500"),
        (Reply(502, b"<html>Bad gateway</html>"), "unknown", "http_502"),
        (Reply(503, b"", {"Retry-After": "7"}), "throttled", "http_503"),
        (Reply(504), "unknown", "http_504"),
        (Reply(200, b'{"sid":"SM1"}'), "unknown", "http_200"),
        (Reply(302, b"", {"Location": "http://127.0.0.1:9/"}), "denied", "http_302"),
        (Reply(cut=True), "unknown", "ConnectionError"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_answer_is_judged_by_its_documented_meaning_and_asked_for_once(
    bench: TwilioSmsBench, reply: Reply, outcome: str, code: str
) -> None:
    channel = _channel(bench)
    bench.fake.before = lambda _request: reply
    result = channel.deliver(_batch(channel))
    assert (result.outcome.value, result.code) == (outcome, code)
    assert result.retry_after == (7.0 if "Retry-After" in reply.headers else None)
    assert len(bench.fake.sends) == 1


def test_nothing_is_sent_when_nobody_listens(bench: TwilioSmsBench) -> None:
    settings = replace(bench.settings(), base_urls={"twilio_sms": "http://127.0.0.1:9"})
    channel = TwilioSms(SmsOptions(text="x"), settings)
    result = channel.deliver(_batch(channel))
    assert (result.outcome, result.code) == (Outcome.REFUSED, "ConnectionRefusedError")


def test_slow_answer_ends_at_the_timeout_and_is_unknown(bench: TwilioSmsBench) -> None:
    channel = TwilioSms(SmsOptions(text="x"), replace(bench.settings(), timeout_seconds=0.2))
    pause = threading.Event()

    def dawdle(_request: Request) -> None:
        pause.wait(0.6)

    bench.fake.before = dawdle
    result = channel.deliver(_batch(channel))
    assert (result.outcome, result.code) == (Outcome.UNKNOWN, "ReadTimeout")
    pause.set()


def test_two_messages_in_one_batch_are_not_sent(bench: TwilioSmsBench) -> None:
    channel = _channel(bench)
    assert channel.capabilities.max_rows == 1
    assert channel.deliver(_batch(channel, 2)).code == "too_many_rows"
    assert bench.fake.requests == []


@pytest.mark.parametrize(
    ("phone", "code"),
    [
        (None, "missing_phone"),
        ("", "missing_phone"),
        ("03-1234-5678", "landline"),
        ("06-6123-4567", "landline"),
        ("0120-123-456", "not_mobile"),
        ("050-1234-5678", "not_mobile"),
        ("+1 212 555 0100", "foreign_phone"),
        ("090-1234-567", "bad_phone"),
        ("090-0123-4567", "bad_phone"),
        ("090-1234-5678 ext. 5", "bad_phone"),
        ("たろう", "bad_phone"),
    ],
)
def test_number_that_takes_no_sms_is_refused(
    bench: TwilioSmsBench, phone: str | None, code: str
) -> None:
    assert _channel(bench).build(_row(phone)) == Reject("p1", code)


@pytest.mark.parametrize("phone", ["070-1234-5678", "08012345678", "+81 90-1234-5678"])
def test_mobile_number_is_known_by_its_e164_form(bench: TwilioSmsBench, phone: str) -> None:
    item = _channel(bench).build(_row(phone))
    assert isinstance(item, Item)
    assert item.key == "+81" + phone.replace("-", "").replace("+81 ", "0")[1:]


def test_row_without_id_or_variable_or_with_too_much_text_is_refused(
    bench: TwilioSmsBench,
) -> None:
    channel = _channel(bench, text="{coupon}")
    assert channel.build(replace(_row(coupon="A"), message_id="")) == Reject("p1", "no_message_id")
    assert channel.build(_row(coupon=None)) == Reject("p1", "null_coupon")
    assert channel.build(_row(coupon="")) == Reject("p1", "null_coupon")
    room = 1_600 - 1 - len(STOP)
    assert isinstance(channel.build(_row(coupon="あ" * room)), Item)
    assert channel.build(_row(coupon="あ" * (room + 1))) == Reject("p1", "too_long_text")
    assert channel.build(_row(coupon="😀" * (room // 2 + 1))) == Reject("p1", "too_long_text")


@pytest.mark.parametrize(
    ("options", "fields", "mend"),
    [
        ({}, ("phone",), "Field required"),
        ({"text": "x", "stop_line": "またどうぞ"}, ("phone",), "say how one gets out"),
        ({"text": "x"}, ("email",), "the payload needs the field phone"),
        ({"text": "{coupon}"}, ("phone",), "map it in the payload"),
        ({"text": "x"}, ("phone", "coupon"), "does not stand in text"),
        ({"text": "あ" * 1_600}, ("phone",), "over 1600 characters"),
        ({"text": "x", "valid_seconds": 59}, ("phone",), "greater than or equal"),
        ({"text": "x", "valid_seconds": 36_001}, ("phone",), "less than or equal"),
        ({"text": "x", "media": []}, ("phone",), "not permitted"),
    ],
)
def test_options_that_do_not_fit_are_refused_with_their_mend(
    options: dict[str, object], fields: tuple[str, ...], mend: str
) -> None:
    with pytest.raises(ValueError, match=mend):
        TwilioSms.check_options(options, fields)
    TwilioSms.check_options({"text": "あ" * 1_600, "stop_line": None}, ("phone",))


@pytest.mark.parametrize(
    ("secrets", "message"),
    [
        ({"TWILIO_ACCOUNT_SID": ""}, "TWILIO_ACCOUNT_SID is not set to"),
        ({"TWILIO_ACCOUNT_SID": "AC1"}, "TWILIO_ACCOUNT_SID is not set to"),
        ({"TWILIO_AUTH_TOKEN": " "}, "TWILIO_AUTH_TOKEN is not set"),
        ({"TWILIO_MESSAGING_SERVICE_SID": ""}, "nor TWILIO_FROM is set"),
        ({"ENISHI_WEBHOOKS_URL": ""}, "ENISHI_WEBHOOKS_URL is not set to the https address"),
        ({"ENISHI_WEBHOOKS_URL": "http://hooks.example.jp"}, "is not set to the https address"),
        ({"ENISHI_WEBHOOKS_URL": "https://my_host.example.jp"}, "is not set to the https address"),
    ],
)
def test_missing_setting_is_named_and_nothing_is_called(
    bench: TwilioSmsBench, secrets: dict[str, str], message: str
) -> None:
    assert _channel(bench).missing() is None
    channel = TwilioSms(SmsOptions(text="x"), bench.settings(**secrets))
    assert message in str(channel.missing())
    assert channel.check().message == channel.missing()
    assert bench.fake.requests == []


def test_check_says_what_is_wrong_with_the_account(bench: TwilioSmsBench) -> None:
    bench.fake.before = lambda _request: Reply(200, b'{"status":"suspended"}')
    assert _channel(bench).check().message == "the Twilio account is not active; see its console"
    bench.fake.before = lambda _request: failed(401, 20003)
    assert _channel(bench).check().message == "Twilio answered twilio_20003 for the account"
    assert bench.fake.sends == []


def test_neither_token_nor_number_is_logged_or_shown(
    bench: TwilioSmsBench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = _channel(bench)
    batch = _batch(channel)
    bench.fake.before = lambda _request: failed(400, 21617)
    result = channel.deliver(batch)
    bench.fake.before = lambda _request: None
    channel.deliver(batch)
    for text in (caplog.text, repr(result), repr(batch)):
        assert "9012345678" not in text
        assert CANARY_KEY not in text
        assert "縁商店" not in text
