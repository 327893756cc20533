"""Webhooks never call into the network: payloads, redirects, rebinding, each against a trap."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.addresses.webhook_url import address_problem, check_public
from reverse_etl.channel import Batch, ChannelSettings, Item, Operation, Outcome, Row
from reverse_etl.channels.webhook import WebhookChannel, WebhookOptions
from tests.contract.benches.webhook import OPTIONS, WebhookBench, open_bench
from tests.contract.fake_receiver import SECRET
from tests.contract.loopback import Reply
from tests.contract.sync_world import NOW


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[WebhookBench]:
    with open_bench(tmp_path) as made:
        yield made


def _channel(bench: WebhookBench) -> WebhookChannel:
    return WebhookChannel(WebhookOptions.model_validate(OPTIONS), bench.settings())


def _batch(channel: WebhookChannel) -> Batch:
    item = channel.build(Row("p0", {"email": "canary0@example.jp"}, "m0"))
    assert isinstance(item, Item)
    return Batch("s:r:00001", "winback__webhook", "r", NOW.date(), Operation.ADD, [item])


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
