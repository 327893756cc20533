"""SendGrid's contacts over real sockets: every answer and fault of the vendor, told apart."""

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from reverse_etl.channel import (
    Batch,
    BatchResult,
    ChannelSettings,
    Item,
    JobState,
    Operation,
    Outcome,
    Reject,
    Row,
    open_channel,
)
from reverse_etl.channels.sendgrid_contacts import SendGridContacts
from reverse_etl.engine import run_sync, settle_pending
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.ledger.ledger import Ledger
from tests.contract.benches.base import channel_of
from tests.contract.benches.sendgrid_contacts import SendGridBench
from tests.contract.fake_sendgrid import FakeSendGrid
from tests.contract.loopback import Reply, Request, serve
from tests.contract.sync_world import (
    CANARY_KEY,
    LIST_ID,
    LIVE,
    NOW,
    TurnedClock,
    member,
    publish,
    winback_spec,
)

FIELDS = ("email", "last_name", "first_name")


@pytest.fixture
def bench() -> Iterator[SendGridBench]:
    with serve(FakeSendGrid()) as fake:
        yield SendGridBench(fake)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    made = Ledger("sqlite://")
    yield made
    made.close()


def _batch(count: int = 1, operation: Operation = Operation.ADD) -> Batch:
    items = [
        Item(f"p{n}", f"c{n}@example.jp", {"email": f"c{n}@example.jp"}, 30, f"contact-{n:06d}")
        for n in range(count)
    ]
    return Batch("s:r:00001", "s", "r", NOW.date(), operation, items)


@pytest.mark.parametrize(
    ("reply", "outcome", "code"),
    [
        (Reply(400, b'{"errors":[{"message":"canary@example.jp"}]}'), "rejected", "http_400"),
        (Reply(401), "denied", "http_401"),
        (Reply(403), "denied", "http_403"),
        (Reply(404), "rejected", "http_404"),
        (Reply(408), "unknown", "http_408"),
        (Reply(413), "rejected", "http_413"),
        (Reply(429, b"{}", {"Retry-After": "7"}), "throttled", "http_429"),
        (Reply(500), "unknown", "http_500"),
        (Reply(502, b"<html>Bad gateway</html>"), "unknown", "http_502"),
        (Reply(503), "unknown", "http_503"),
        (Reply(503, b"", {"Retry-After": "7"}), "throttled", "http_503"),
        (Reply(504), "unknown", "http_504"),
        (Reply(200, b'{"job_id":"j"}'), "unknown", "http_200"),
        (Reply(202, b'{"job_'), "unknown", "bad_json"),
        (Reply(202, b"[]"), "unknown", "bad_json"),
        (Reply(202, b'{"errors":[]}'), "unknown", "no_job_id"),
        (Reply(202, b'{"job_id":""}'), "unknown", "no_job_id"),
        (Reply(302, b"", {"Location": "http://127.0.0.1:9/"}), "denied", "http_302"),
        (Reply(cut=True), "unknown", "RemoteDisconnected"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_answer_is_judged_by_its_documented_meaning(
    bench: SendGridBench, reply: Reply, outcome: str, code: str
) -> None:
    bench.fake.before = lambda _call: reply
    result = channel_of(bench).deliver(_batch())
    assert (result.outcome.value, result.code) == (outcome, code)
    assert len(bench.fake.requests) == 1
    assert result.retry_after == (7.0 if "Retry-After" in reply.headers else None)


@pytest.mark.parametrize("method", ["check", "locate", "deliver"])
def test_redirect_never_carries_the_key_to_another_host(bench: SendGridBench, method: str) -> None:
    heard: list[str | None] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.headers.get("Authorization"))
            self.send_response(200)
            self.end_headers()

        do_POST = do_PUT = do_GET  # noqa: N815 (names of the library)

    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    place = f"http://127.0.0.1:{server.server_port}/"
    bench.fake.before = lambda _call: Reply(302, b"", {"Location": place})
    channel = channel_of(bench)
    if method == "check":
        assert not channel.check().ok
    elif method == "locate":
        with pytest.raises(TerminalError, match="http_302"):
            channel.locate(_batch().items)
    else:
        assert channel.deliver(_batch()).outcome is Outcome.DENIED
    server.shutdown()
    server.server_close()
    thread.join()
    assert heard == []


def test_silent_vendor_times_out_as_unknown(bench: SendGridBench) -> None:
    hold = threading.Event()

    def wait(_call: Request) -> Reply | None:
        hold.wait(2.0)
        return None

    bench.fake.before = wait
    settings = replace(bench.settings(), timeout_seconds=0.2)
    result = open_channel(bench.spec, settings).deliver(_batch())
    hold.set()
    assert (result.outcome, result.code) == (Outcome.UNKNOWN, "TimeoutError")


def test_closed_port_is_refused_before_anything_was_sent(bench: SendGridBench) -> None:
    settings = replace(bench.settings(), base_urls={bench.name: "http://127.0.0.1:9"})
    result = open_channel(bench.spec, settings).deliver(_batch())
    assert (result.outcome, result.code) == (Outcome.REFUSED, "ConnectionRefusedError")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", JobState.PENDING),
        ("completed", JobState.COMPLETED),
        ("errored", JobState.PARTIAL),
        ("failed", JobState.FAILED),
        ("a word of tomorrow", JobState.PENDING),
    ],
)
def test_import_is_polled_on_its_status(bench: SendGridBench, status: str, state: JobState) -> None:
    bench.fake.jobs["job-7"] = status
    assert channel_of(bench).poll("import:job-7", []).state is state


def test_import_not_yet_known_is_pending_and_a_broken_poll_is_transient(
    bench: SendGridBench,
) -> None:
    channel = channel_of(bench)
    assert channel.poll("import:job-9", []).state is JobState.PENDING
    bench.fake.before = lambda _call: Reply(500)
    with pytest.raises(TransientError, match="http_500"):
        channel.poll("import:job-9", [])


def test_person_waiting_for_a_job_is_left_alone_until_it_ends(
    bench: SendGridBench, ledger: Ledger, tmp_path: Path
) -> None:
    first = publish(tmp_path / "a", [member(1)], sync=bench.spec.name)
    changed = publish(tmp_path / "b", [member(1, family_name="髙橋")], sync=bench.spec.name)
    clock = TurnedClock()
    channel = channel_of(bench)

    def slow(call: Request) -> Reply | None:
        return Reply(200, b'{"status":"pending"}') if "imports" in call.path else None

    bench.fake.before = slow
    run_sync(bench.spec, first, ledger, channel, policy=LIVE, clock=clock, run_id="r1")
    waiting = run_sync(bench.spec, changed, ledger, channel, policy=LIVE, clock=clock, run_id="r2")
    assert (waiting.plan.items, waiting.summary["in_flight"]) == ((), 1)
    bench.fake.before = lambda _call: None
    assert settle_pending(bench.spec, ledger, channel, clock=clock) == 0
    done = run_sync(bench.spec, changed, ledger, channel, policy=LIVE, clock=clock, run_id="r3")
    assert (done.summary["changes"], done.summary["status"]) == (1, "delivered")


@pytest.mark.parametrize(("status", "delivered", "rejected"), [("errored", 1, 1), ("failed", 0, 2)])
def test_failed_job_is_not_acknowledged(
    bench: SendGridBench,
    ledger: Ledger,
    tmp_path: Path,
    status: str,
    delivered: int,
    rejected: int,
) -> None:
    place = publish(tmp_path / "a", [member(1), member(2)], sync=bench.spec.name)
    channel, clock = channel_of(bench), TurnedClock()

    def end_badly(call: Request) -> Reply | None:
        if "imports" not in call.path:
            return None
        bench.fake.on_list -= {"canary2@example.jp"}
        return Reply(200, json.dumps({"status": status}).encode())

    bench.fake.before = end_badly
    result = run_sync(bench.spec, place, ledger, channel, policy=LIVE, clock=clock, run_id="r1")
    assert (result.summary["delivered"], result.summary["rejected"]) == (delivered, rejected)
    bench.fake.before = lambda _call: None
    again = run_sync(bench.spec, place, ledger, channel, policy=LIVE, clock=clock, run_id="r2")
    assert again.summary["adds"] == rejected
    assert len(bench.held()) == 2


def test_removal_without_contact_ids_makes_no_call(bench: SendGridBench) -> None:
    batch = _batch(operation=Operation.REMOVE)
    batch = replace(batch, items=[replace(item, remote_id=None) for item in batch.items])
    result = channel_of(bench).deliver(batch)
    assert result == BatchResult(Outcome.REJECTED, "no_contact_id")
    assert bench.fake.requests == []


@pytest.mark.parametrize(
    ("secrets", "message"),
    [
        ({}, "SENDGRID_API_KEY is not set; the plan was made and nothing was sent"),
        ({"SENDGRID_API_KEY": "SG.x"}, "SENDGRID_LIST_WINBACK is not set to a list id"),
        ({"SENDGRID_API_KEY": "SG.x", "SENDGRID_LIST_WINBACK": "winback"}, "is not set to a list"),
    ],
)
def test_run_is_a_dry_run_with_a_clear_word_when_a_setting_is_missing(
    bench: SendGridBench,
    ledger: Ledger,
    tmp_path: Path,
    secrets: dict[str, str],
    message: str,
) -> None:
    spec = winback_spec(bench.name, options={"list_id_from": "SENDGRID_LIST_WINBACK"})
    settings = ChannelSettings(secrets=secrets, base_urls={bench.name: bench.fake.base_url})
    channel = open_channel(spec, settings)
    place = publish(tmp_path / "a", [member(1)], sync=spec.name)
    result = run_sync(spec, place, ledger, channel, policy=LIVE, clock=TurnedClock(), run_id="r1")
    assert result.is_dry_run
    assert message in result.summary["waiting_reason"]
    assert result.summary["adds"] == 1
    assert not channel.check().ok
    assert bench.fake.requests == []


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"email": None}, "missing_email"),
        ({"email": "nobody"}, "bad_email"),
        ({"email": "ｔａｒｏ@example.jp"}, "bad_email"),
        ({"email": "a b@example.jp"}, "bad_email"),
        ({"email": "a@b@example.jp"}, "bad_email"),
        ({"email": "a" * 90 + "@example.jp"}, "too_long_email"),
        ({"email": "a@example.jp", "first_name": "あ" * 51}, "too_long_first_name"),
    ],
)
def test_contact_is_refused_before_any_call_when_the_vendor_would_not_take_it(
    bench: SendGridBench, payload: dict[str, str | None], code: str
) -> None:
    assert channel_of(bench).build(Row("p1", payload)) == Reject("p1", code)


@pytest.mark.parametrize("email", ["a..b@docomo.ne.jp", ".x@ezweb.ne.jp", "TARO@Example.JP"])
def test_contact_of_a_legacy_carrier_is_taken(bench: SendGridBench, email: str) -> None:
    built = channel_of(bench).build(Row("p1", {"email": email}))
    assert isinstance(built, Item)
    assert built.content["email"] == email.lower()


def test_custom_fields_go_under_the_account_s_ids(bench: SendGridBench) -> None:
    options = {"list_id": LIST_ID, "custom_fields": {"last_day": "e4_D"}}
    channel = SendGridContacts.open(options, ("email", "last_day"), bench.settings())
    built = channel.build(Row("p1", {"email": "a@example.jp", "last_day": NOW.date()}))
    assert isinstance(built, Item)
    assert built.content == {"email": "a@example.jp", "custom_fields": {"e4_D": "2026-11-01"}}


def test_sdk_logs_neither_key_nor_body_even_at_debug(
    bench: SendGridBench, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("python_http_client.client").disabled = False
    caplog.set_level(logging.DEBUG)
    channel_of(bench).deliver(_batch())
    assert CANARY_KEY not in caplog.text
    assert "example.jp" not in caplog.text


def test_bytes_of_a_batch_stay_below_six_megabytes(
    bench: SendGridBench, ledger: Ledger, tmp_path: Path
) -> None:
    people = [member(n, family_name="𠮷" * 25, given_name="あ" * 50) for n in range(30)]
    place = publish(tmp_path / "a", people, sync=bench.spec.name)
    channel = channel_of(bench, max_bytes=5_000)
    run_sync(bench.spec, place, ledger, channel, policy=LIVE, clock=TurnedClock(), run_id="r1")
    sizes = [len(json.dumps(call.body)) for call in bench.fake.writes]
    # The envelope with the list's id is some sixty bytes.
    assert max(sizes) <= 5_000 + 100
    assert len(bench.held()) == 30
