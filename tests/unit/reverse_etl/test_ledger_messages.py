"""What the ledger knows of messages, on SQLite and, where it is there, on PostgreSQL."""

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reverse_etl.channel import Batch, Item, Operation
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.ledger.events import MessageEvent
from reverse_etl.ledger.holdout import bucket_of
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.ledger.suppression import Suppression
from reverse_etl.planning.steps import PlanItem
from reverse_etl.send_rules import FrequencyRule, MessageTerms
from tests.contract.sync_world import NOW
from tests.postgres import open_postgres

TERMS = MessageTerms(
    name="s",
    medium="email",
    purpose="marketing",
    expires_after=timedelta(hours=48),
    rules=(),
    counted_media=frozenset({"email"}),
    quiet=None,
)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("ledger")
    if request.param == "sqlite":
        yield f"sqlite:///{folder}/"
    else:
        with open_postgres(folder) as url:
            yield url


@pytest.fixture
def url(server: str, request: pytest.FixtureRequest) -> str:
    """Give a database of this test alone."""
    name = f"l{abs(hash(request.node.name)):x}"
    if server.startswith("sqlite"):
        return f"{server}{name}.sqlite"
    return server.create(name)


@pytest.fixture
def ledger(url: str, tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(url, witness=tmp_path / "witness.json")
    yield made
    made.close()


def _batch(*people: int, sync: str = "s", key: str = "s:r:1") -> tuple[Batch, dict[str, PlanItem]]:
    items = [Item(f"p{n}", f"a{n}@example.jp", {}, message_id=f"{sync}{n:031d}") for n in people]
    steps = {
        item.person_id: PlanItem(item.person_id, Operation.ADD, "message", "h", "k", "2026-10-01")
        for item in items
    }
    return Batch(key, sync, "r", NOW.date(), Operation.ADD, items), steps


def _claim(
    ledger: Ledger,
    *people: int,
    sync: str = "s",
    key: str = "s:r:1",
    terms: MessageTerms = TERMS,
    goes_at: datetime = NOW,
) -> dict[str, str]:
    batch, steps = _batch(*people, sync=sync, key=key)
    return ledger.claim_messages(batch, steps, terms, mapping_version=1, now=NOW, goes_at=goes_at)


def _states(ledger: Ledger) -> list[str]:
    return [record.state for record in ledger.export_messages()]


def test_message_is_claimed_once_by_whatever_batch_comes(ledger: Ledger) -> None:
    assert _claim(ledger, 1, 2) == {}
    assert _claim(ledger, 2, 3, key="s:other:1") == {"p2": "already_sent"}
    assert _states(ledger) == ["claimed"] * 3


def test_released_message_may_be_claimed_again_and_a_doubtful_one_may_not(ledger: Ledger) -> None:
    _claim(ledger, 1)
    ledger.release("s:r:1", code="x", now=NOW)
    assert _claim(ledger, 1, key="s:r:2") == {}
    ledger.doubt("s:r:2", code="x", now=NOW)
    assert _claim(ledger, 1, key="s:r:3") == {"p1": "already_sent"}
    assert ledger.unknown_messages("s") == [f"s{1:031d}"]


def test_cap_counts_within_one_claim(ledger: Ledger) -> None:
    terms = replace(TERMS, rules=(FrequencyRule("all", 1, 1),))
    _claim(ledger, 1, sync="t", key="t:r:1", terms=replace(terms, name="t"))
    assert _claim(ledger, 1, 2, terms=terms) == {"p1": "frequency_cap"}


def test_settled_messages_are_accepted_but_for_the_refused(ledger: Ledger) -> None:
    _claim(ledger, 1, 2)
    ledger.settle("s:r:1", rejected={"p2": "bad"}, now=NOW)
    found = {r.person_id: (r.state, r.code, r.accepted_at) for r in ledger.export_messages()}
    assert found == {"p1": ("accepted", "", NOW), "p2": ("rejected", "bad", None)}


@pytest.mark.parametrize("order", itertools.permutations(range(4)), ids=str)
def test_events_end_in_one_state_in_whatever_order_they_come(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    made = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    _claim(made, 1)
    events = [
        MessageEvent(f"s{1:031d}", "processed", NOW),
        MessageEvent(f"s{1:031d}", "delivered", NOW + HOUR),
        MessageEvent(f"s{1:031d}", "bounced", NOW + HOUR),
        MessageEvent(f"s{1:031d}", "opened", NOW),
    ]
    for place in order:
        assert made.reconcile([events[place]] * 2, now=NOW) == 2
    assert [(r.state, r.code, r.told_at) for r in made.export_messages()] == [
        ("rejected", "bounced", NOW + HOUR)
    ]
    made.close()


def test_event_of_no_message_of_ours_is_not_heard(ledger: Ledger) -> None:
    _claim(ledger, 1)
    events = [
        MessageEvent("f" * 32, "delivered", NOW),
        MessageEvent(f"s{1:031d}", "stared_at", NOW),
    ]
    assert ledger.reconcile(events, now=NOW) == 0
    assert _states(ledger) == ["claimed"]


def test_event_keeps_a_released_message_from_going_again(ledger: Ledger) -> None:
    _claim(ledger, 1)
    ledger.release("s:r:1", code="x", now=NOW)
    ledger.reconcile([MessageEvent(f"s{1:031d}", "processed", NOW)], now=NOW)
    assert _claim(ledger, 1, key="s:r:2") == {"p1": "already_sent"}


@pytest.mark.parametrize("reason", ["unsubscribed", "spam_complaint"])
def test_suppression_and_opt_in_end_alike_in_either_order(ledger: Ledger, reason: str) -> None:
    for number, later in enumerate((HOUR, -HOUR, 0 * HOUR)):
        for first in (True, False):
            address = f"{reason}{number}{first}@example.jp"
            calls = [
                lambda a=address: ledger.suppress("email", a, reason, NOW),
                lambda a=address, at=NOW + later: ledger.lift("email", a, at),
            ]
            for call in calls if first else reversed(calls):
                call()
            is_lifted = later > 0 * HOUR and reason == "unsubscribed"
            assert ledger.suppressed("email", address) == (None if is_lifted else reason)


def _changes(place: Path) -> int:
    """Give how often a ledger was changed, as it counts itself."""
    with closing(sqlite3.connect(place)) as connection:
        return int(connection.execute("select changes from generation").fetchone()[0])


def test_many_suppressions_are_noted_in_one_transaction(tmp_path: Path) -> None:
    place = tmp_path / "ledger.sqlite"
    made = Ledger(f"sqlite:///{place}")
    before = _changes(place)
    many = [Suppression("email", f"a{n}@example.jp", "hard_bounce", NOW) for n in range(1_200)]
    texted = Suppression("sms", "+819012345678", "unsubscribed", NOW)
    made.suppress_all([*many, texted])
    assert _changes(place) == before + 1
    assert made.suppressed("email", "a1199@example.jp") == "hard_bounce"
    assert made.suppressed("sms", "+819012345678") == "unsubscribed"
    assert made.suppressed("sms", "a1@example.jp") is None
    made.suppress_all([])
    assert _changes(place) == before + 1
    made.close()


def test_latest_of_many_decides_and_one_unknown_reason_notes_nobody(ledger: Ledger) -> None:
    opted_in, since = "back@example.jp", NOW + HOUR
    ledger.lift("email", opted_in, since)
    # Told out of order and twice: only the one after the opt-in bars.
    before = Suppression("email", opted_in, "unsubscribed", NOW)
    after = Suppression("email", opted_in, "unsubscribed", NOW + 2 * HOUR)
    ledger.suppress_all([before])
    assert ledger.suppressed("email", opted_in) is None
    ledger.suppress_all([after, before])
    ledger.suppress_all([before])
    assert ledger.suppressed("email", opted_in) == "unsubscribed"
    odd = Suppression("email", "odd@example.jp", "bored", NOW)
    with pytest.raises(TerminalError, match="bored is no reason"):
        ledger.suppress_all([Suppression("email", "c@example.jp", "invalid", NOW), odd])
    assert ledger.suppressed("email", "c@example.jp") is None


def test_strongest_reason_is_given_and_other_media_are_free(ledger: Ledger) -> None:
    for reason in ("soft_bounces", "spam_complaint", "unsubscribed"):
        ledger.suppress("email", "A@Example.jp", reason, NOW)
    assert ledger.suppressed("email", " a@example.jp ") == "spam_complaint"
    assert ledger.suppressed("sms", "a@example.jp") is None
    ledger.suppress("all", "a@example.jp", "erased", NOW)
    assert ledger.suppressed("sms", "a@example.jp") == "erased"
    with pytest.raises(TerminalError, match="bored is no reason; choose of erased"):
        ledger.suppress("email", "a@example.jp", "bored", NOW)


def test_first_draw_stays_though_the_share_changes(ledger: Ledger) -> None:
    people = [f"p{n}" for n in range(300)]
    drawn = ledger.assign("s", people, 10.0, now=NOW)
    held = {person for person, arm in drawn.items() if arm == "holdout"}
    assert held == {p for p in people if bucket_of("s", p) < 1_000}
    assert ledger.assign("s", people, 90.0, now=NOW + HOUR) == drawn
    assert {a.assigned_at for a in ledger.assignments()} == {NOW}


def test_bucket_is_that_of_the_warehouse() -> None:
    # sha256('global:p1') begins with 15 hexadecimal digits; the warehouse computes the same.
    import hashlib  # noqa: PLC0415 (the formula written out a second time)

    digest = hashlib.sha256(b"global:p1").hexdigest()
    assert bucket_of("global", "p1") == int(digest[:15], 16) % 10_000


def test_row_is_in_quarantine_after_five_refusals_and_comes_out_by_hand(ledger: Ledger) -> None:
    for number in range(5):
        assert ledger.quarantined("s") == frozenset()
        _claim(ledger, 1, 2 + number, key=f"s:r:{number}")
        ledger.settle(f"s:r:{number}", rejected={"p1": "bad"}, now=NOW + number * HOUR)
    assert ledger.quarantined("s") == {"p1"}
    assert ledger.release_rows("s", since=NOW + 5 * HOUR) == 0
    assert ledger.release_rows("s", since=NOW + 4 * HOUR) == 1
    assert ledger.quarantined("s") == frozenset()


def test_slots_of_an_account_stand_one_behind_another(ledger: Ledger) -> None:
    waits = [ledger.book("mail", 2.0, now=NOW) for _ in range(3)]
    assert waits == [0.0, 2.0, 4.0]
    assert ledger.book("mail", 2.0, now=NOW + timedelta(seconds=5)) == 1.0
    assert ledger.book("sms", 2.0, now=NOW) == 0.0


def test_sweep_keeps_what_was_sent_and_what_is_open(ledger: Ledger) -> None:
    _claim(ledger, 1)
    ledger.settle("s:r:1", now=NOW)
    _claim(ledger, 2, key="s:r:2")
    ledger.suppress("email", "a3@example.jp", "unsubscribed", NOW)
    _claim(ledger, 3, key="s:r:3")
    swept = ledger.sweep(NOW + timedelta(days=90))
    assert swept == {"items": 1, "batches": 1, "runs": 0, "messages": 1}
    assert _states(ledger) == ["accepted", "claimed"]
    assert ledger.suppressed("email", "a3@example.jp") == "unsubscribed"
    assert _claim(ledger, 1, key="s:r:9") == {"p1": "already_sent"}


def test_lost_or_older_ledger_is_refused_until_it_is_taken_as_it_is(tmp_path: Path) -> None:
    url, witness = f"sqlite:///{tmp_path}/ledger.sqlite", tmp_path / "witness.json"
    made = Ledger(url, witness=witness)
    _claim(made, 1)
    made.witness.check()
    made.close()
    copy = {p.name: p.read_bytes() for p in tmp_path.glob("ledger.sqlite*")}
    made = Ledger(url, witness=witness)
    _claim(made, 2, key="s:r:2")
    made.close()
    for path in tmp_path.glob("ledger.sqlite*"):
        path.unlink()
    for name, body in copy.items():
        (tmp_path / name).write_bytes(body)
    yesterday = Ledger(url, witness=witness)
    with pytest.raises(TerminalError, match=r"knows 1 of 2 changes.*enishi sync rebaseline"):
        yesterday.witness.check()
    yesterday.close()
    for path in tmp_path.glob("ledger.sqlite*"):
        path.unlink()
    lost = Ledger(url, witness=witness)
    with pytest.raises(TerminalError, match="not the ledger that was written last"):
        lost.witness.check()
    lost.witness.rebaseline(now=NOW)
    lost.witness.check()
    assert lost.witness.rebased_at() == NOW
    lost.close()


def test_lease_is_given_once(ledger: Ledger) -> None:
    with (
        ledger.lease("s", now=NOW, seconds=60.0),
        pytest.raises(TransientError),
        ledger.lease("s", now=NOW, seconds=60.0),
    ):
        pytest.fail("the lease was given twice")
