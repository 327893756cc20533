"""Meta's documented answers, what of a person is sent, and that leavers are taken out for sure."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reverse_etl.channel import (
    Batch,
    Item,
    Operation,
    Outcome,
    Reject,
    Row,
    open_channel,
)
from reverse_etl.channels.meta_audience import FLAGGED_MESSAGE, MetaAudience
from reverse_etl.engine import run_sync
from reverse_etl.errors import TerminalError
from reverse_etl.ledger.ledger import Ledger
from tests.contract.benches.base import channel_of
from tests.contract.benches.meta_audience import MetaBench, plain_hash
from tests.contract.fake_meta import FakeMeta, meta_error, users_reply
from tests.contract.loopback import Reply, serve
from tests.contract.sync_world import CANARY_KEY, LIVE, NOW, TurnedClock, member, publish

PEOPLE = {
    "email": " Hanako.Yamada@Gmail.com",
    "phone": "090-1234-5678",
    "last_name": "山田",
    "first_name": "花子",
    "postal_code": "150-0001",
}


@pytest.fixture
def bench() -> Iterator[MetaBench]:
    with serve(FakeMeta()) as fake:
        yield MetaBench(fake)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    made = Ledger("sqlite://")
    yield made
    made.close()


def _batch(*items: Item, operation: Operation = Operation.ADD) -> Batch:
    return Batch("s:r:00001", "s", "r", NOW.date(), operation, items)


def _item(channel: Any, number: int = 1, **payload: str) -> Item:
    row = {"email": f"canary{number}@example.jp", **payload}
    built = channel.build(Row(f"p{number}", row))
    assert isinstance(built, Item)
    return built


def test_person_is_sent_as_hashes_by_metas_rules(bench: MetaBench) -> None:
    channel = open_channel(bench.spec, bench.settings())
    built = channel.build(Row("p1", PEOPLE))
    assert isinstance(built, Item)
    channel.deliver(_batch(built))
    [sent] = bench.fake.calls[0].people()
    assert len(sent.pop("EXTERN_ID")) == 32
    assert sent == {
        "EMAIL": plain_hash("hanako.yamada@gmail.com"),
        "PHONE": plain_hash("819012345678"),
        "LN": plain_hash("山田"),
        "FN": plain_hash("花子"),
        "ZIP": plain_hash("1500001"),
        "COUNTRY": plain_hash("jp"),
    }


def test_what_a_person_lacks_is_sent_empty_and_never_hashed(bench: MetaBench) -> None:
    channel = open_channel(bench.spec, bench.settings())
    channel.deliver(_batch(_item(channel, phone="", postal_code="15")))
    [sent] = bench.fake.calls[0].people()
    assert (sent["PHONE"], sent["ZIP"], sent["FN"]) == ("", "", "")


def test_person_without_any_address_is_no_row(bench: MetaBench) -> None:
    channel = open_channel(bench.spec, bench.settings())
    row = Row("p1", {"email": "no address", "last_name": "山田"})
    assert channel.build(row) == Reject("p1", "no_email_or_phone")


@pytest.mark.parametrize(
    ("reply", "outcome", "code", "wait"),
    [
        (meta_error(400, 100, subcode=1713230), Outcome.DENIED, "audience_flagged_by_meta", None),
        (meta_error(400, 100, subcode=1713231), Outcome.DENIED, "audience_flagged_by_meta", None),
        (meta_error(400, 100), Outcome.REJECTED, "meta_100", None),
        (meta_error(400, 80003), Outcome.THROTTLED, "meta_80003", None),
        (meta_error(400, 17), Outcome.THROTTLED, "meta_17", None),
        (meta_error(401, 190), Outcome.DENIED, "meta_190", None),
        (meta_error(403, 200), Outcome.DENIED, "meta_200", None),
        (meta_error(500, 2), Outcome.UNKNOWN, "meta_2", None),
        (meta_error(200, 1), Outcome.UNKNOWN, "meta_1", None),
        (Reply(429, b"{}", {"Retry-After": "7"}), Outcome.THROTTLED, "http_429", 7.0),
        (Reply(503, b"down", {"Retry-After": "7"}), Outcome.THROTTLED, "http_503", 7.0),
        (Reply(502, b"<html>no such thing</html>"), Outcome.UNKNOWN, "http_502", None),
        (Reply(502, b"<html>an error</html>"), Outcome.UNKNOWN, "http_502", None),
        (Reply(404, b"<html>nothing</html>"), Outcome.REJECTED, "http_404", None),
        (Reply(200, b"<html>success</html>"), Outcome.UNKNOWN, "bad_answer", None),
        (Reply(200, b"{"), Outcome.UNKNOWN, "bad_answer", None),
        (Reply(302, b"", {"Location": "/elsewhere"}), Outcome.DENIED, "redirect", None),
        (Reply(cut=True), Outcome.UNKNOWN, "ProtocolError", None),
        (users_reply(2), Outcome.UNKNOWN, "bad_counts", None),
        (users_reply(1, invalid=1), Outcome.REJECTED, "invalid_entry", None),
        (users_reply(1), Outcome.DELIVERED, "", None),
    ],
)
def test_answer_is_judged_by_what_meta_documents(
    bench: MetaBench, reply: Reply, outcome: Outcome, code: str, wait: float | None
) -> None:
    bench.fake.before = lambda _call: reply
    channel = open_channel(bench.spec, bench.settings())
    result = channel.deliver(_batch(_item(channel)))
    assert (result.outcome, result.code, result.retry_after) == (outcome, code, wait)
    assert len(bench.fake.calls) == 1


def test_throttled_batch_waits_as_long_as_meta_says(bench: MetaBench) -> None:
    usage = {"1": [{"type": "custom_audience", "estimated_time_to_regain_access": 3}]}
    reply = meta_error(400, 80003)
    header = {"X-Business-Use-Case-Usage": str(usage).replace("'", '"')}
    bench.fake.before = lambda _call: replace(reply, headers={**reply.headers, **header})
    channel = open_channel(bench.spec, bench.settings())
    assert channel.deliver(_batch(_item(channel))).retry_after == 180.0


def test_nothing_listening_is_refused_and_not_doubtful(bench: MetaBench) -> None:
    settings = replace(bench.settings(), base_urls={bench.name: "http://127.0.0.1:9"})
    channel = open_channel(bench.spec, settings)
    assert channel.deliver(_batch(_item(channel))).outcome is Outcome.REFUSED


def test_flagged_audience_is_named_by_check(bench: MetaBench) -> None:
    bench.fake.operation_status = 471
    health = open_channel(bench.spec, bench.settings()).check()
    assert (health.ok, health.message) == (False, FLAGGED_MESSAGE)


def test_flagged_audience_stops_the_sync_in_a_clear_word(
    bench: MetaBench, ledger: Ledger, tmp_path: Path
) -> None:
    bench.fake.before = lambda _call: meta_error(400, 100, subcode=1713230)
    place = publish(tmp_path / "a", [member(1)], sync=bench.spec.name)
    with pytest.raises(TerminalError, match="audience_flagged_by_meta"):
        run_sync(
            bench.spec, place, ledger, channel_of(bench), policy=LIVE, clock=TurnedClock(),
            run_id="r1",
        )  # fmt: skip
    assert len(bench.fake.calls) == 1


def test_leaver_whose_address_is_gone_is_taken_out(
    bench: MetaBench, ledger: Ledger, tmp_path: Path
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
    removal = bench.fake.calls[-1]
    assert (removal.method, removal.schema) == ("DELETE", ("EXTERN_ID", "EMAIL", "PHONE"))


def test_new_address_takes_the_old_one_out(
    bench: MetaBench, ledger: Ledger, tmp_path: Path
) -> None:
    clock = TurnedClock()
    moved = replace(member(1), email="new@example.jp")
    first = publish(tmp_path / "a" / "one", [member(1)], sync=bench.spec.name)
    then = publish(tmp_path / "b" / "two", [moved], sync=bench.spec.name)
    for run_id, place in (("r1", first), ("r2", then)):
        run_sync(
            bench.spec, place, ledger, channel_of(bench), policy=LIVE, clock=clock, run_id=run_id
        )
    assert set(bench.held()) == {"new@example.jp"}


def test_removal_under_another_key_is_denied_before_any_call(bench: MetaBench) -> None:
    sent = _item(open_channel(bench.spec, bench.settings()))
    other = open_channel(bench.spec, bench.settings(AUDIENCE_REMOVAL_KEY="x" * 32))
    gone = Item(sent.person_id, "", {}, remote_id=sent.remote_id)
    result = other.deliver(_batch(gone, operation=Operation.REMOVE))
    assert (result.outcome, result.code) == (Outcome.DENIED, "removal_key_changed")
    assert bench.fake.calls == []


def test_leaver_without_a_removal_key_is_named_and_the_others_go(bench: MetaBench) -> None:
    channel = open_channel(bench.spec, bench.settings())
    sent = _item(channel)
    channel.deliver(_batch(sent))
    people = (Item("p1", "", {}, remote_id=sent.remote_id), Item("p2", "", {}))
    result = channel.deliver(_batch(*people, operation=Operation.REMOVE))
    assert result.rejected == {"p2": "no_removal_key"}
    assert bench.fake.rows == {}


def test_two_people_with_one_address_are_one_row(
    bench: MetaBench, ledger: Ledger, tmp_path: Path
) -> None:
    twins = [member(1), replace(member(1), person_id="p00009")]
    place = publish(tmp_path / "a", twins, sync=bench.spec.name)
    result = run_sync(
        bench.spec, place, ledger, channel_of(bench), policy=LIVE, clock=TurnedClock(), run_id="r1"
    )
    assert result.summary["invalid"] == {"duplicate_recipient": 1}
    assert len(bench.fake.rows) == 1


@pytest.mark.parametrize(
    ("secrets", "message"),
    [
        ({"META_ACCESS_TOKEN": ""}, "META_ACCESS_TOKEN is not set"),
        ({"META_APP_SECRET": ""}, "META_APP_SECRET is not set"),
        ({"META_AUDIENCE_WINBACK": "my list"}, "META_AUDIENCE_WINBACK is not set to digits"),
        ({"AUDIENCE_REMOVAL_KEY": "short"}, "AUDIENCE_REMOVAL_KEY is not set to 32 or more"),
    ],
)
def test_missing_setting_is_named(bench: MetaBench, secrets: dict[str, str], message: str) -> None:
    channel = open_channel(bench.spec, bench.settings(**secrets))
    assert message in str(channel.missing())
    assert not channel.check().ok
    assert isinstance(channel.build(Row("p1", {"email": "a@example.jp"})), Item)


@pytest.mark.parametrize(
    ("options", "fields", "message"),
    [
        ({"audience_id": "1"}, ("email", "birthday"), "payload field birthday: choose of email"),
        ({"audience_id": "1"}, ("last_name",), "the payload needs email or phone"),
        ({"audience_id": "my list"}, ("email",), "audience_id"),
        ({"audience_id": "1", "country": "Japan"}, ("email",), "country"),
    ],
)
def test_options_are_refused_with_the_mend(
    options: dict[str, object], fields: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        MetaAudience.check_options(options, fields)


def test_sdk_puts_no_secret_into_addresses_that_logs_keep(
    bench: MetaBench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    channel = open_channel(bench.spec, bench.settings())
    channel.check()
    channel.deliver(_batch(_item(channel)))
    assert "/users" in caplog.text
    assert CANARY_KEY not in caplog.text
