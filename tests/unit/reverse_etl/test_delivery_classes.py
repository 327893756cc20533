"""What the engine does after an unknown outcome, by delivery class, and with poison rows."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Self

import pytest

from reverse_etl.channel import (
    Batch,
    BatchResult,
    Capabilities,
    Channel,
    ChannelSettings,
    DeliveryClass,
    Health,
    Item,
    Outcome,
    Row,
)
from reverse_etl.engine import SyncResult, run_sync
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.ledger.ledger import Ledger
from tests.contract.sync_world import LIVE, NOW, TurnedClock, member, publish, winback_spec

Answer = Callable[[Batch], BatchResult | None]


class MemoryChannel(Channel):
    """A vendor in memory that takes a batch of one key once when it is of class B."""

    name: ClassVar[str] = "memory"

    def __init__(self, delivery_class: DeliveryClass, max_rows: int = 100) -> None:
        self.capabilities = Capabilities(
            modes=frozenset({"mirror"}),
            media=frozenset({"email"}),
            delivery_class=delivery_class,
            max_rows=max_rows,
            max_bytes=10**9,
            max_removals=100,
        )
        self.keys: set[str] = set()
        self.sent: list[str] = []
        self.calls = 0
        self.before: Answer = lambda _batch: None
        self.after: Answer = lambda _batch: None

    @classmethod
    def open(
        cls, _options: Mapping[str, object], _fields: Sequence[str], _settings: ChannelSettings
    ) -> Self:
        return cls(DeliveryClass.NATURAL)

    @classmethod
    def check_options(cls, options: Mapping[str, object], fields: Sequence[str]) -> None:
        """Take all."""

    def missing(self) -> str | None:
        return None

    def check(self) -> Health:
        return Health(ok=True, message="")

    def build(self, row: Row) -> Item:
        return Item(row.person_id, row.person_id, dict(row.payload), 1)

    def deliver(self, batch: Batch) -> BatchResult:
        self.calls += 1
        said = self.before(batch)
        if said is not None:
            return said
        is_known = batch.key in self.keys and (
            self.capabilities.delivery_class is DeliveryClass.KEYED
        )
        if not is_known:
            self.sent.extend(item.person_id for item in batch.items)
        self.keys.add(batch.key)
        return self.after(batch) or BatchResult(Outcome.DELIVERED)


class PowerCutError(BaseException):
    """The machine stops here."""


class Desk:
    """One sync of the memory channel over one publication."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = Ledger("sqlite://")
        self.clock = TurnedClock()
        self.spec = winback_spec("memory")
        self.runs = 0

    def run(self, channel: Channel, people: int = 4, cut_at: str = "") -> SyncResult:
        def cut(step: str) -> None:
            if step == cut_at:
                raise PowerCutError

        self.runs += 1
        place = self.folder / f"pub{people}"
        if not place.exists():
            publish(place, [member(n) for n in range(people)], sync=self.spec.name)
        policy = replace(LIVE, on_step=cut)
        arguments = (self.spec, place, self.ledger, channel)
        return run_sync(*arguments, policy=policy, clock=self.clock, run_id=f"run{self.runs}")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the publications, each made once: a run only reads them."""
    return tmp_path_factory.mktemp("published")


@pytest.fixture
def desk(published: Path) -> Iterator[Desk]:
    made = Desk(published)
    yield made
    made.ledger.close()


@pytest.mark.parametrize("point", ["claimed", "sent"])
@pytest.mark.parametrize(
    ("delivery_class", "copies", "unknown"),
    [
        (DeliveryClass.NATURAL, {"claimed": 1, "sent": 2}, 0),
        (DeliveryClass.KEYED, {"claimed": 1, "sent": 1}, 0),
        (DeliveryClass.UNSAFE, {"claimed": 0, "sent": 1}, 4),
    ],
    ids=["A", "B", "C"],
)
def test_restart_follows_the_delivery_class(
    desk: Desk, delivery_class: DeliveryClass, copies: dict[str, int], unknown: int, point: str
) -> None:
    channel = MemoryChannel(delivery_class)
    with pytest.raises(PowerCutError):
        desk.run(channel, cut_at=point)
    result = desk.run(channel)
    assert [channel.sent.count(f"p{n:05d}") for n in range(4)] == [copies[point]] * 4
    assert result.summary["held"] == unknown
    again = desk.run(channel)
    assert (again.plan.items, again.summary["held"]) == ((), unknown)


@pytest.fixture
def cut_run(tmp_path: Path) -> Iterator[tuple[Desk, MemoryChannel]]:
    """Give a run that broke after four people were claimed and before they were sent."""
    desk = Desk(tmp_path)
    channel = MemoryChannel(DeliveryClass.NATURAL)
    with pytest.raises(PowerCutError):
        desk.run(channel, cut_at="claimed")
    yield desk, channel
    desk.ledger.close()


def test_resumed_batch_leaves_out_the_refused_and_the_gone(
    cut_run: tuple[Desk, MemoryChannel], tmp_path: Path
) -> None:
    desk, channel = cut_run
    batches: list[list[str]] = []
    channel.before = lambda batch: batches.append([i.person_id for i in batch.items])
    people = [member(0, refusal="suppressed"), member(1), member(2)]
    publish(tmp_path / "pub3", people, sync=desk.spec.name)
    desk.run(channel, people=3)
    # The rest goes out first; who is gone or refused may have been taken, and is taken off.
    assert batches == [["p00001", "p00002"], ["p00000", "p00003"]]
    assert sorted(desk.ledger.active(desk.spec.name)) == ["p00001", "p00002"]


@pytest.mark.parametrize("delivery_class", [DeliveryClass.NATURAL, DeliveryClass.KEYED])
def test_batch_is_not_resumed_from_an_older_publication(
    tmp_path: Path, delivery_class: DeliveryClass
) -> None:
    desk, channel = Desk(tmp_path), MemoryChannel(delivery_class)
    day = timedelta(days=1)
    four = [member(n) for n in range(4)]
    publish(tmp_path / "pub4", four, sync=desk.spec.name, published_at=NOW + day)
    publish(tmp_path / "pub5", [*four, member(4)], sync=desk.spec.name)
    with pytest.raises(PowerCutError):
        desk.run(channel, cut_at="claimed")
    waiting = desk.run(channel, people=5).summary
    assert (waiting["status"], waiting["held"], waiting["adds"]) == ("awaiting_approval", 4, 1)
    assert channel.calls == 0
    # Approved or not, the batch keeps its key and goes once the publication is the newer one.
    assert desk.run(channel).summary["status"] == "unchanged"
    assert channel.keys == {"winback__memory:run1:00001"}
    assert channel.sent == [f"p{n:05d}" for n in range(4)]
    desk.ledger.close()


def test_refused_person_of_a_batch_held_back_is_taken_off(tmp_path: Path) -> None:
    desk, channel = Desk(tmp_path), MemoryChannel(DeliveryClass.NATURAL)
    two = [member(0), member(1)]
    publish(tmp_path / "pub2", two, sync=desk.spec.name, published_at=NOW + timedelta(days=1))
    publish(tmp_path / "pub1", [replace(two[0], refusal="no_consent"), two[1]], sync=desk.spec.name)
    with pytest.raises(PowerCutError):
        desk.run(channel, people=2, cut_at="sent")
    summary = desk.run(channel, people=1).summary
    assert (summary["status"], summary["held"]) == ("awaiting_approval", 1)
    assert channel.sent == ["p00000", "p00001", "p00000"]
    assert sorted(desk.ledger.active(desk.spec.name)) == ["p00001"]
    desk.ledger.close()


def test_run_that_lost_its_lease_sends_nothing_more(tmp_path: Path) -> None:
    desk, channel = Desk(tmp_path), MemoryChannel(DeliveryClass.NATURAL, max_rows=1)
    desk.ledger.close()
    desk.ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    other = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")

    def take_over(_batch: Batch) -> BatchResult | None:
        late = desk.clock.now() + timedelta(hours=1)
        with other.lease(desk.spec.name, now=late, seconds=60.0):
            pass
        return None

    channel.before = take_over
    with pytest.raises(TransientError, match="another process took over"):
        desk.run(channel)
    assert channel.sent == ["p00000"]
    other.close()
    desk.ledger.close()


@pytest.mark.parametrize(
    ("delivery_class", "calls"),
    [(DeliveryClass.NATURAL, 4), (DeliveryClass.KEYED, 4), (DeliveryClass.UNSAFE, 1)],
    ids=["A", "B", "C"],
)
def test_unknown_outcome_is_tried_again_only_where_that_is_safe(
    desk: Desk, delivery_class: DeliveryClass, calls: int
) -> None:
    channel = MemoryChannel(delivery_class)
    channel.after = lambda _batch: BatchResult(Outcome.UNKNOWN, "timed_out")
    if delivery_class is DeliveryClass.UNSAFE:
        assert desk.run(channel).summary["unknown"] == 4
    else:
        with pytest.raises(TransientError, match="timed_out until the attempts were used up"):
            desk.run(channel)
    assert channel.calls == calls


def test_refused_connection_is_tried_again_in_every_class(desk: Desk) -> None:
    channel = MemoryChannel(DeliveryClass.UNSAFE)
    answers = [BatchResult(Outcome.REFUSED, "down")] * 3
    channel.before = lambda _batch: answers.pop() if answers else None
    assert desk.run(channel).summary["delivered"] == 4
    assert desk.clock.waits == [2.0, 4.0, 8.0]


def test_denied_account_stops_the_sync_and_burns_no_row(desk: Desk) -> None:
    channel = MemoryChannel(DeliveryClass.NATURAL, max_rows=2)
    channel.before = lambda _batch: BatchResult(Outcome.DENIED, "http_401")
    with pytest.raises(TerminalError, match="http_401; check the key"):
        desk.run(channel)
    assert channel.calls == 1
    assert desk.ledger.state(desk.spec.name) == {}
    channel.before = lambda _batch: None
    assert desk.run(channel).summary["adds"] == 4


def test_poison_row_is_isolated_within_the_bound_of_calls(desk: Desk) -> None:
    channel = MemoryChannel(DeliveryClass.NATURAL, max_rows=64)

    def refuse(batch: Batch) -> BatchResult | None:
        is_bad = any(item.person_id == "p00017" for item in batch.items)
        return BatchResult(Outcome.REJECTED, "http_400") if is_bad else None

    channel.before = refuse
    summary = desk.run(channel, people=64).summary
    assert (summary["delivered"], summary["rejected"], summary["status"]) == (63, 1, "partial")
    # 1 for the whole batch and two for each of log2(64) = 6 halvings.
    assert channel.calls == 13


def test_run_stops_when_every_row_is_poison(desk: Desk) -> None:
    channel = MemoryChannel(DeliveryClass.NATURAL, max_rows=16)
    channel.before = lambda _batch: BatchResult(Outcome.REJECTED, "http_400")
    with pytest.raises(TerminalError, match="3 batches in a row failed wholly"):
        desk.run(channel, people=80)
    # Each of three batches gives up after 2 * ceil(log2(17)) + 8 refusals.
    assert channel.calls == 54
    assert desk.ledger.state(desk.spec.name) == {}


def test_row_rejected_inside_a_good_batch_keeps_its_old_hash(desk: Desk) -> None:
    channel = MemoryChannel(DeliveryClass.NATURAL)
    channel.after = lambda _batch: BatchResult(
        Outcome.DELIVERED, rejected={"p00002": "address_unknown_to_vendor"}
    )
    assert desk.run(channel).summary["rejected"] == 1
    channel.after = lambda _batch: None
    plan = desk.run(channel).plan
    assert [(item.person_id, item.kind) for item in plan.items] == [("p00002", "add")]


def test_throttling_ends_in_a_transient_error_when_it_lasts(desk: Desk) -> None:
    channel = MemoryChannel(DeliveryClass.NATURAL)
    channel.before = lambda _batch: BatchResult(Outcome.THROTTLED, "http_429", retry_after=300.0)
    with pytest.raises(TransientError, match="http_429"):
        desk.run(channel)
    assert sum(desk.clock.waits) == 1800.0
    assert desk.ledger.state(desk.spec.name) == {}


@pytest.mark.slow
def test_large_batch_is_claimed_in_time_that_grows_with_its_rows(published: Path) -> None:
    """Claiming once looked through the whole batch for each of its rows: minutes for these."""
    small, large = (_claim_seconds(published, people) for people in (5_000, 50_000))
    # Ten times the rows; a search through the batch for each of them would take a hundred times.
    assert large < 30 * small


def _claim_seconds(published: Path, people: int) -> float:
    desk = Desk(published)
    channel = MemoryChannel(DeliveryClass.NATURAL, max_rows=people)
    if not (published / f"pub{people}").exists():
        publish(published / f"pub{people}", [member(n) for n in range(people)], sync=desk.spec.name)
    start = time.process_time()
    assert desk.run(channel, people=people).summary["delivered"] == people
    seconds = time.process_time() - start
    desk.ledger.close()
    return seconds


def test_second_run_of_one_run_id_makes_batches_of_its_own(desk: Desk) -> None:
    channel = MemoryChannel(DeliveryClass.KEYED)
    desk.run(channel)
    desk.runs = 0
    desk.run(channel, people=5)
    assert sorted(channel.keys) == ["winback__memory:run1:00001", "winback__memory:run1:00002"]
