"""Webhooks over real sockets: signatures, each documented answer, and no way into the network."""

import base64
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from reverse_etl.channels.base import Batch, ChannelSettings, Item, Operation, Outcome, Reject, Row
from reverse_etl.channels.webhook import WebhookChannel, WebhookOptions
from reverse_etl.webhook_address import address_problem, check_public
from reverse_etl.webhook_call import is_secret, signature_headers
from tests.contract.benches.webhook import OPTIONS, WebhookBench, open_bench
from tests.contract.fake_receiver import SECRET
from tests.contract.fake_sendgrid import Reply
from tests.contract.fake_vendor import Request
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


@contextmanager
def _trap() -> Iterator[tuple[int, list[object]]]:
    """Listen on every address of this machine; gives the port and who came."""
    came: list[object] = []
    server = socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    server.settimeout(0.05)
    done = threading.Event()

    def listen() -> None:
        while not done.is_set():
            try:
                connection, where = server.accept()
            except TimeoutError:
                continue
            came.append(where)
            connection.close()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield server.getsockname()[1], came
    done.set()
    thread.join()
    server.close()


def _outside(url: str, port: int) -> WebhookChannel:
    """Give a channel as production has it, for an address with the trap's port."""
    options = WebhookOptions.model_validate(OPTIONS | {"ports": (443, port)})
    secrets = {"WEBHOOK_URL": url, "WEBHOOK_SECRET": SECRET}
    return WebhookChannel(options, ChannelSettings(secrets=secrets, timeout_seconds=0.3))


HOSTS = [
    "127.0.0.1",
    "127.1",
    "127.255.255.254",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "localhost",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fc00::1]",
    "169.254.169.254",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
]


@pytest.mark.parametrize("host", HOSTS)
def test_host_inside_the_network_is_never_reached(host: str) -> None:
    with _trap() as (port, came):
        channel = _outside(f"https://{host}:{port}/x", port)
        assert channel.missing() is None
        result = channel.deliver(_batch(channel))
        health = channel.check()
    assert (result.outcome, result.code) == (Outcome.DENIED, "forbidden_address")
    assert (health.ok, came) == (False, [])
    assert "not of the public network" in health.message


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://hooks.example.jp/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
        "ftp://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "https:///x",
        "https://hooks.example.jp:22/",
        "https://hooks.example.jp:99999/",
        "https://user:pw@127.0.0.1:{port}/",
        "https://hooks.example.jp@127.0.0.1:{port}/",
        "https://127.0.0.1:{port}\\@hooks.example.jp/",
        "https://127.0.0.1:{port}#@hooks.example.jp/",
        "https://hooks.example.jp/\r\nHost: 127.0.0.1",
        "https://ｌｏｃａｌｈｏｓｔ:{port}/",
        "https://hooks.example.jp /",
        "https://[::1/",
    ],
)
def test_address_that_is_no_plain_https_address_is_refused_before_it_is_looked_up(
    url: str,
) -> None:
    with _trap() as (port, came):
        channel = _outside(url.format(port=port), port)
        assert channel.missing() is not None
        assert "127.0.0.1" not in str(channel.missing())
        assert channel.deliver(_batch(channel)).code == "not_set_up"
        assert not channel.check().ok
    assert came == []


def test_public_addresses_pass() -> None:
    for address in ("203.0.114.1", "8.8.8.8", "2606:4700::1111"):
        check_public(address, allow_loopback=False)
    assert address_problem("https://hooks.example.jp/a?b=c", (443,)) is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_to_this_machine_is_not_followed(bench: WebhookBench, status: int) -> None:
    with _trap() as (port, came):
        where = {"Location": f"http://127.0.0.1:{port}/"}
        bench.fake.before = lambda _request: Reply(status, b"", where)
        channel = _channel(bench)
        assert channel.deliver(_batch(channel)).outcome is Outcome.DENIED
    assert (len(bench.fake.requests), came) == (1, [])


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        # Nobody listens at the first address in these tests; what counts is who is not reached.
        (["203.0.114.1", "127.0.0.1", "127.0.0.1"], None),
        (["127.0.0.1", "203.0.114.1", "203.0.114.1"], "forbidden_address"),
    ],
    ids=["turns_inward", "turns_outward"],
)
def test_name_that_changes_its_address_between_check_and_call_reaches_nobody(
    monkeypatch: pytest.MonkeyPatch, answers: list[str], code: str | None
) -> None:
    asked: list[object] = []
    genuine = socket.getaddrinfo

    def resolve(host: Any, port: Any, *given: Any, **more: Any) -> Any:
        if host != "rebind.example.jp":
            return genuine(host, port, *given, **more)
        asked.append(host)
        return genuine(answers[len(asked) - 1], port, *given, **more)

    with _trap() as (port, came):
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        channel = _outside(f"https://rebind.example.jp:{port}/", port)
        result = channel.deliver(_batch(channel))
    assert result.outcome is not Outcome.DELIVERED
    assert code in (None, result.code)
    assert (len(asked), came) == (1, [])


def test_proxy_of_the_environment_is_not_asked(
    bench: WebhookBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _trap() as (port, came):
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        channel = _channel(bench)
        assert channel.deliver(_batch(channel)).outcome is Outcome.DELIVERED
    assert came == []


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
