"""Webhooks over real sockets: signatures, ids, each documented answer."""

import base64
import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from reverse_etl.channel import Batch, Item, Operation, Outcome, Reject, Row
from reverse_etl.channels.webhook import WebhookChannel, WebhookOptions
from reverse_etl.vendors.webhook import is_secret, signature_headers
from tests.contract.benches.webhook import OPTIONS, WebhookBench, open_bench
from tests.contract.fake_receiver import SECRET
from tests.contract.loopback import Reply, Request
from tests.contract.sync_world import NOW

OTHER_SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
JAPAN = timezone(timedelta(hours=9))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[WebhookBench]:
    with open_bench(tmp_path) as made:
        yield made


def _channel(bench: WebhookBench, **options: object) -> WebhookChannel:
    return WebhookChannel(WebhookOptions.model_validate(OPTIONS | options), bench.settings())


def _row(number: int = 0, **payload: Any) -> Row:
    return Row(f"p{number}", {"email": f"canary{number}@example.jp", **payload}, f"m{number}")


def _batch(channel: WebhookChannel, count: int = 1, **payload: Any) -> Batch:
    items = [i for n in range(count) if isinstance(i := channel.build(_row(n, **payload)), Item)]
    assert len(items) == count
    return Batch("s:r:00001", "winback__webhook", "r", NOW.date(), Operation.ADD, items)


def test_one_person_is_an_object_and_several_are_a_list(bench: WebhookBench) -> None:
    alone = _channel(bench)
    assert (alone.capabilities.max_rows, alone.capabilities.max_removals) == (1, 1)
    assert alone.deliver(_batch(alone, name="花子")).outcome is Outcome.DELIVERED
    several = _channel(bench, shape="list")
    assert several.deliver(replace(_batch(several, 2), key="s:r:00002")).code == "http_204"
    first, second = bench.fake.requests
    assert (first.path, first.query) == ("/winback", {"from": "enishi"})
    entry = {
        "person_id": "p0",
        "message_id": "m0",
        "fields": {"email": "canary0@example.jp", "name": "花子"},
    }
    assert first.body == {
        "type": "winback.due",
        "sync": "winback__webhook",
        "operation": "add",
        "data": entry,
    }
    assert [one["person_id"] for one in second.body["data"]] == ["p0", "p1"]
    assert alone.deliver(_batch(alone, 2)).code == "too_many_rows"


def test_removal_names_the_person_and_nothing_else(bench: WebhookBench) -> None:
    channel = _channel(bench)
    channel.deliver(_batch(channel))
    leaver = replace(_batch(channel), operation=Operation.REMOVE, key="s:r:00002")
    channel.deliver(replace(leaver, items=[Item("p0", "p0", {})]))
    assert bench.fake.requests[1].body["data"] == {"person_id": "p0"}
    assert bench.fake.people == {}


def test_repeat_has_the_same_id_and_body_and_is_taken_once(bench: WebhookBench) -> None:
    channel = _channel(bench)
    batch = _batch(channel)
    bench.fake.after = lambda _request: Reply(cut=True)
    assert channel.deliver(batch).outcome is Outcome.UNKNOWN
    bench.fake.after = lambda _request: None
    assert channel.deliver(batch).outcome is Outcome.DELIVERED
    first, second = bench.fake.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.raw == second.raw
    assert bench.fake.told == {"p0": 1}
    channel.deliver(replace(batch, key="s:r:00001.1"))
    assert bench.fake.requests[2].headers["webhook-id"] != first.headers["webhook-id"]


def test_signature_is_of_the_instant_in_whatever_zone_the_clock_speaks() -> None:
    instant = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
    headers = signature_headers("msg_1", "{}", [SECRET], instant.astimezone(JAPAN))
    assert headers["webhook-timestamp"] == str(int(instant.timestamp()))
    assert headers == signature_headers("msg_1", "{}", [SECRET], instant)


def test_two_secrets_sign_both_while_one_replaces_the_other(bench: WebhookBench) -> None:
    settings = bench.settings(WEBHOOK_SECRET=f"{OTHER_SECRET} {SECRET}")
    channel = WebhookChannel(WebhookOptions.model_validate(OPTIONS), settings)
    assert channel.deliver(_batch(channel)).outcome is Outcome.DELIVERED
    (request,) = bench.fake.requests
    assert len(request.headers["webhook-signature"].split(" ")) == 2
    for secret in (SECRET, OTHER_SECRET):
        Webhook(secret).verify(request.raw, request.headers)


@pytest.mark.parametrize(
    ("reply", "outcome", "code"),
    [
        (Reply(200, b"ok"), "delivered", "http_200"),
        (Reply(202), "delivered", "http_202"),
        (Reply(299), "delivered", "http_299"),
        (Reply(301, b"", {"Location": "http://127.0.0.1:9/"}), "denied", "http_301"),
        (Reply(307, b"", {"Location": "http://127.0.0.1:9/"}), "denied", "http_307"),
        (Reply(400), "rejected", "http_400"),
        (Reply(401), "denied", "http_401"),
        (Reply(404), "rejected", "http_404"),
        (Reply(410), "denied", "endpoint_gone"),
        (Reply(413), "rejected", "http_413"),
        (Reply(429, b"", {"Retry-After": "7"}), "throttled", "http_429"),
        (Reply(500), "unknown", "http_500"),
        (Reply(502, b"", {"Retry-After": "7"}), "unknown", "http_502"),
        (Reply(503, b"", {"Retry-After": "7"}), "throttled", "http_503"),
        (Reply(504), "unknown", "http_504"),
        (Reply(cut=True), "unknown", "ConnectionError"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_answer_is_judged_by_the_standard_and_asked_for_once(
    bench: WebhookBench, reply: Reply, outcome: str, code: str
) -> None:
    channel = _channel(bench)
    bench.fake.before = lambda _request: reply
    result = channel.deliver(_batch(channel))
    assert (result.outcome.value, result.code) == (outcome, code)
    assert result.retry_after == (7.0 if "Retry-After" in reply.headers else None)
    assert len(bench.fake.requests) == 1


def test_slow_answer_ends_at_the_timeout_and_is_unknown(bench: WebhookBench) -> None:
    settings = replace(bench.settings(), timeout_seconds=0.2)
    channel = WebhookChannel(WebhookOptions.model_validate(OPTIONS), settings)
    pause = threading.Event()

    def dawdle(_request: Request) -> None:
        pause.wait(0.6)

    bench.fake.before = dawdle
    result = channel.deliver(_batch(channel))
    assert (result.outcome, result.code) == (Outcome.UNKNOWN, "ReadTimeout")
    pause.set()


def test_request_is_under_twenty_kilobytes_and_what_never_fits_is_refused(
    bench: WebhookBench,
) -> None:
    channel = _channel(bench)
    bare = channel.build(_row(0, note=""))
    assert isinstance(bare, Item)
    room = channel.capabilities.max_bytes - bare.size
    assert channel.build(_row(0, note="x" * (room + 1))) == Reject("p0", "too_large")
    full = _batch(channel, 1, note="x" * room)
    assert channel.deliver(full).outcome is Outcome.DELIVERED
    several = _channel(bench, shape="list")
    many = _batch(several, 100, note="x" * 20)
    assert sum(item.size for item in many.items) <= several.capabilities.max_bytes
    several.deliver(replace(many, key="s:r:00002"))
    assert max(len(request.raw) for request in bench.fake.requests) < 20_000


def test_local_server_must_be_on_this_machine(bench: WebhookBench) -> None:
    settings = replace(bench.settings(), base_urls={"webhook": "http://hooks.example.jp"})
    channel = WebhookChannel(WebhookOptions.model_validate(OPTIONS), settings)
    assert "is not on this machine" in str(channel.missing())


@pytest.mark.parametrize(
    ("secrets", "message"),
    [
        ({"WEBHOOK_URL": ""}, "WEBHOOK_URL is not set to an https address"),
        ({"WEBHOOK_URL": "http://hooks.example.jp/"}, "WEBHOOK_URL does not begin with https://"),
        ({"WEBHOOK_SECRET": ""}, "WEBHOOK_SECRET is not set to one or two secrets"),
        ({"WEBHOOK_SECRET": "whsec_c2hvcnQ="}, "WEBHOOK_SECRET is not set to one or two secrets"),
        ({"WEBHOOK_SECRET": SECRET[6:]}, "WEBHOOK_SECRET is not set to one or two secrets"),
        ({"WEBHOOK_SECRET": f"{SECRET} {SECRET} {SECRET}"}, "is not set to one or two secrets"),
    ],
)
def test_missing_setting_is_named_and_nothing_is_called(
    bench: WebhookBench, secrets: dict[str, str], message: str
) -> None:
    options = WebhookOptions.model_validate(OPTIONS)
    channel = WebhookChannel(options, bench.settings(**secrets))
    assert message in str(channel.missing())
    assert channel.check().message == channel.missing()
    assert channel.deliver(_batch(channel)).code == "not_set_up"
    assert bench.fake.requests == []


def test_secret_has_24_to_64_bytes() -> None:
    def secret(count: int) -> str:
        return "whsec_" + base64.b64encode(b"x" * count).decode()

    assert [is_secret(secret(n)) for n in (23, 24, 64, 65)] == [False, True, True, False]
    assert not is_secret("whsec_ü")


@pytest.mark.parametrize(
    ("options", "mend"),
    [
        ({"url_from": "https://hooks.example.jp/"}, "match pattern"),
        ({"secret_from": "ENISHI_HASH_KEY"}, "match pattern"),
        ({"type": "winback due"}, "match pattern"),
        ({"shape": "xml"}, "object"),
        ({"ports": []}, "at least 1"),
        ({"ports": [0]}, "greater than or equal"),
        ({"verify": False}, "not permitted"),
    ],
)
def test_options_that_do_not_fit_are_refused_with_their_mend(
    options: dict[str, object], mend: str
) -> None:
    with pytest.raises(ValueError, match=mend):
        WebhookChannel.check_options(OPTIONS | options, ("email",))
    WebhookChannel.check_options(OPTIONS, ("email",))


def test_neither_secret_nor_address_nor_person_is_logged_or_shown(
    bench: WebhookBench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = _channel(bench)
    batch = _batch(channel)
    bench.fake.before = lambda _request: Reply(400, b"canary0@example.jp")
    result = channel.deliver(batch)
    for text in (caplog.text, repr(result), repr(batch)):
        assert "canary" not in text
        assert SECRET not in text
