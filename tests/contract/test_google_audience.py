"""Google's documented answers, the status of a request, and that leavers are taken off."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.channel import (
    Batch,
    Item,
    JobState,
    Operation,
    Outcome,
    Row,
    open_channel,
)
from reverse_etl.channels.google_audience import GoogleAudience
from reverse_etl.engine import run_sync
from reverse_etl.errors import TerminalError
from reverse_etl.ledger.ledger import Ledger
from tests.contract.benches.base import channel_of
from tests.contract.benches.google_audience import GoogleBench
from tests.contract.benches.meta_audience import plain_hash
from tests.contract.fake_google import FakeGoogle, google_error
from tests.contract.loopback import Reply, serve
from tests.contract.sync_world import LIVE, NOW, TurnedClock, member, publish

OPTIONS = {"audience_id": "1", "account_id": "2", "customer_match_terms": "accepted"}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[GoogleBench]:
    with serve(FakeGoogle()) as fake:
        yield GoogleBench(fake, tmp_path)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    made = Ledger("sqlite://")
    yield made
    made.close()


def _batch(*items: Item, operation: Operation = Operation.ADD) -> Batch:
    return Batch("s:r:00001", "s", "r", NOW.date(), operation, items)


def _item(channel: Any, **payload: str) -> Item:
    built = channel.build(Row("p1", {"email": "canary1@example.jp", **payload}))
    assert isinstance(built, Item)
    return built


def test_person_is_sent_as_hashes_by_googles_rules(bench: GoogleBench) -> None:
    channel = open_channel(bench.spec, bench.settings())
    item = _item(channel, email="Jane.Doe@gmail.com", phone="090-1234-5678")
    assert channel.deliver(_batch(item)).outcome is Outcome.ACCEPTED
    assert bench.fake.identifiers == {plain_hash("janedoe@gmail.com"), plain_hash("+819012345678")}


@pytest.mark.parametrize(
    ("reply", "outcome", "code"),
    [
        (google_error(400, "INVALID_ARGUMENT"), Outcome.REJECTED, "http_400"),
        (
            google_error(400, "INVALID_ARGUMENT", reason="INVALID_USER_LIST_ID"),
            Outcome.DENIED,
            "invalid_user_list_id",
        ),
        (
            google_error(403, "PERMISSION_DENIED", reason="NOT_ALLOWLISTED"),
            Outcome.DENIED,
            "not_allowlisted",
        ),
        (google_error(403, "PERMISSION_DENIED"), Outcome.DENIED, "http_403"),
        (google_error(429, "RESOURCE_EXHAUSTED"), Outcome.THROTTLED, "http_429"),
        (google_error(500, "INTERNAL"), Outcome.UNKNOWN, "http_500"),
        (Reply(502, b"<html>bad gateway</html>"), Outcome.UNKNOWN, "http_502"),
        (Reply(200, b"<html>welcome</html>"), Outcome.UNKNOWN, "bad_answer"),
        (Reply(200, b"{}"), Outcome.UNKNOWN, "no_request_id"),
        (Reply(200, b'{"requestId": "x'), Outcome.UNKNOWN, "bad_answer"),
        (Reply(302, b"", {"Location": "/elsewhere"}), Outcome.DENIED, "redirect"),
        (Reply(cut=True), Outcome.UNKNOWN, "ProtocolError"),
    ],
)
def test_answer_is_judged_by_what_google_documents(
    bench: GoogleBench, reply: Reply, outcome: Outcome, code: str
) -> None:
    bench.fake.before = lambda _call: reply
    channel = open_channel(bench.spec, bench.settings())
    result = channel.deliver(_batch(_item(channel)))
    assert (result.outcome, result.code) == (outcome, code)


def test_nothing_listening_is_refused_and_not_doubtful(bench: GoogleBench) -> None:
    settings = replace(bench.settings(), base_urls={bench.name: "http://127.0.0.1:9"})
    channel = open_channel(bench.spec, settings)
    assert channel.deliver(_batch(_item(channel))).outcome is Outcome.REFUSED


def test_file_without_a_service_account_is_denied(bench: GoogleBench, tmp_path: Path) -> None:
    place = tmp_path / "empty.json"
    place.write_text("{}", encoding="utf-8")
    channel = open_channel(bench.spec, bench.settings(GOOGLE_ADS_CREDENTIALS=str(place)))
    result = channel.deliver(_batch(_item(channel)))
    assert (result.outcome, result.code) == (Outcome.DENIED, "no_access_token")


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [
        ({"requestStatus": "PROCESSING"}, JobState.PENDING, "not_told"),
        ({"requestStatus": "REQUEST_STATUS_UNKNOWN"}, JobState.PENDING, "not_told"),
        ({"requestStatus": "SUCCESS"}, JobState.COMPLETED, ""),
        (
            {
                "requestStatus": "FAILED",
                "errorInfo": {
                    "errorCounts": [
                        {"recordCount": "1", "reason": "PROCESSING_ERROR_REASON_INTERNAL_ERROR"},
                        {"recordCount": "9", "reason": "PROCESSING_ERROR_REASON_DENIED_CONSENT"},
                    ]
                },
            },
            JobState.FAILED,
            "denied_consent",
        ),
        ({"requestStatus": "PARTIAL_SUCCESS"}, JobState.PARTIAL, "not_told"),
    ],
)
def test_status_of_a_request_is_the_end_of_the_job(
    bench: GoogleBench, status: dict[str, Any], state: JobState, code: str
) -> None:
    bench.fake.job_status = status
    channel = open_channel(bench.spec, bench.settings())
    item = _item(channel)
    job = channel.deliver(_batch(item)).job
    assert job is not None
    result = channel.poll(job, [item])
    assert (result.state, result.code) == (state, code)


def test_status_of_an_unknown_request_stops_the_sync(bench: GoogleBench) -> None:
    channel = open_channel(bench.spec, bench.settings())
    with pytest.raises(TerminalError, match="invalid_request_id"):
        channel.poll("ingest:nowhere", [])


def test_people_of_a_half_failed_request_are_in_doubt_and_sent_again(
    bench: GoogleBench, ledger: Ledger, tmp_path: Path
) -> None:
    clock, channel = TurnedClock(), channel_of(bench)
    place = publish(tmp_path / "a", [member(1), member(2)], sync=bench.spec.name)
    bench.fake.job_status = {"requestStatus": "PARTIAL_SUCCESS"}
    first = run_sync(bench.spec, place, ledger, channel, policy=LIVE, clock=clock, run_id="r1")
    assert (first.summary["unknown"], first.summary["delivered"]) == (2, 0)
    bench.fake.job_status = {"requestStatus": "SUCCESS"}
    again = run_sync(bench.spec, place, ledger, channel, policy=LIVE, clock=clock, run_id="r2")
    assert again.summary["delivered"] == 2


def test_leaver_whose_address_is_gone_is_taken_off(
    bench: GoogleBench, ledger: Ledger, tmp_path: Path
) -> None:
    """No publication that still exists holds the address; the ledger holds it sealed."""
    clock = TurnedClock()
    first = publish(tmp_path / "a" / "one", [member(1), member(2)], sync=bench.spec.name)
    then = publish(tmp_path / "b" / "two", [member(2)], sync=bench.spec.name)
    run_sync(bench.spec, first, ledger, channel_of(bench), policy=LIVE, clock=clock, run_id="r1")
    result = run_sync(
        bench.spec, then, ledger, channel_of(bench), policy=LIVE, clock=clock, run_id="r2"
    )
    assert (result.summary["removals"], result.summary["delivered"]) == (1, 1)
    assert set(bench.held()) == {"canary2@example.jp"}


def test_check_lets_google_validate_and_executes_nothing(bench: GoogleBench) -> None:
    assert open_channel(bench.spec, bench.settings()).check().ok
    assert (bench.fake.checks, bench.fake.identifiers) == (1, set())
    bench.fake.before = lambda _call: google_error(403, "PERMISSION_DENIED")
    health = open_channel(bench.spec, bench.settings()).check()
    assert (health.ok, health.message) == (False, "Google answered http_403 for the list")


def test_removal_key_that_changed_or_is_missing_is_named(bench: GoogleBench) -> None:
    channel = open_channel(bench.spec, bench.settings())
    sent = _item(channel)
    gone = Item("p1", "", {}, remote_id=sent.remote_id)
    other = open_channel(bench.spec, bench.settings(AUDIENCE_REMOVAL_KEY="x" * 32))
    result = other.deliver(_batch(gone, operation=Operation.REMOVE))
    assert (result.outcome, result.code) == (Outcome.DENIED, "removal_key_changed")
    nameless = channel.deliver(_batch(Item("p2", "", {}), operation=Operation.REMOVE))
    assert (nameless.outcome, nameless.code) == (Outcome.REJECTED, "no_removal_key")


@pytest.mark.parametrize(
    ("secrets", "message"),
    [
        ({"GOOGLE_ADS_CREDENTIALS": ""}, "GOOGLE_ADS_CREDENTIALS is not set"),
        ({"GOOGLE_ADS_LIST_WINBACK": "123-456"}, "GOOGLE_ADS_LIST_WINBACK is not set to digits"),
        ({"AUDIENCE_REMOVAL_KEY": ""}, "AUDIENCE_REMOVAL_KEY is not set"),
    ],
)
def test_missing_setting_is_named(
    bench: GoogleBench, secrets: dict[str, str], message: str
) -> None:
    channel = open_channel(bench.spec, bench.settings(**secrets))
    assert message in str(channel.missing())
    assert not channel.check().ok


@pytest.mark.parametrize(
    ("options", "fields", "message"),
    [
        (OPTIONS, ("email", "last_name"), "payload field last_name: choose of email, phone"),
        (OPTIONS | {"customer_match_terms": "no"}, ("email",), "customer_match_terms"),
        (OPTIONS | {"account_id": "123-456-7890"}, ("email",), "account_id"),
    ],
)
def test_options_are_refused_with_the_mend(
    options: dict[str, object], fields: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        GoogleAudience.check_options(options, fields)


def test_sdk_logs_no_body(bench: GoogleBench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    channel = open_channel(bench.spec, bench.settings())
    channel.deliver(_batch(_item(channel)))
    records = [str(vars(record)) for record in caplog.records]
    assert records
    assert not any(plain_hash("canary1@example.jp") in text for text in records)
