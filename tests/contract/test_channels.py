"""What every channel must do; a new channel is held to it by existing."""

import logging
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reverse_etl.channel import (
    Batch,
    BatchResult,
    Operation,
    Outcome,
    Row,
    discover_channels,
)
from reverse_etl.engine import SyncResult, run_sync
from reverse_etl.errors import TransientError, UnsupportedFeature
from tests.contract.benches.base import (
    AUDIENCE_BENCHES,
    BENCHES,
    PARTED_BENCHES,
    Bench,
    channel_of,
    open_bench,
    scripted,
)
from tests.contract.ledgers import new_ledger
from tests.contract.sync_world import (
    CANARY_KEY,
    LIVE,
    NOW,
    Person,
    TurnedClock,
    member,
    publish,
)


class World:
    """One bench with its ledger, publications and clock."""

    def __init__(self, bench: Bench, folder: Path) -> None:
        self.bench = bench
        self.folder = folder
        self.ledger = new_ledger(folder, plans=folder / "plans")
        self.clock = TurnedClock()
        self.runs = 0

    def run(self, people: list[Person], *, channel: object = None, live: bool = True) -> SyncResult:
        self.runs += 1
        place = self.folder / "published" / f"pub{self.runs}"
        return run_sync(
            self.bench.spec,
            publish(place, people, sync=self.bench.spec.name),
            self.ledger,
            channel or channel_of(self.bench),
            policy=replace(LIVE, live=live),
            clock=self.clock,
            run_id=f"run{self.runs}",
        )


@pytest.fixture(params=AUDIENCE_BENCHES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with open_bench(request.param, tmp_path) as bench:
        made = World(bench, tmp_path)
        yield made
        made.ledger.close()


@pytest.fixture(params=PARTED_BENCHES)
def parted(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """Give the world of a channel that takes single people."""
    with open_bench(request.param, tmp_path) as bench:
        made = World(bench, tmp_path)
        yield made
        made.ledger.close()


def test_registry_has_a_bench_for_every_channel() -> None:
    assert set(BENCHES) == set(discover_channels())


@pytest.mark.parametrize("name", BENCHES)
def test_channel_makes_no_call_when_the_batch_is_empty(name: str, tmp_path: Path) -> None:
    empty = Batch("s:r:00001", "s", "r", NOW.date(), Operation.ADD, [])
    with open_bench(name, tmp_path) as bench:
        assert channel_of(bench).deliver(empty).outcome is Outcome.DELIVERED
        assert bench.writes() == 0


def test_channel_makes_no_call_when_it_is_a_dry_run(world: World) -> None:
    result = world.run([member(1), member(2)], live=False)
    assert result.is_dry_run
    assert (result.summary["adds"], result.summary["delivered"]) == (2, 0)
    assert world.bench.writes() == 0
    assert world.ledger.state(world.bench.spec.name) == {}


def test_channel_delivers_one_recipient(world: World) -> None:
    result = world.run([member(1)])
    assert set(world.bench.held()) == {"canary1@example.jp"}
    assert (result.summary["status"], result.summary["delivered"]) == ("delivered", 1)


def test_batch_splits_at_the_maximum(parted: World) -> None:
    world = parted
    channel = channel_of(world.bench, max_rows=2)
    asked = scripted(channel)
    world.run([member(n) for n in range(5)], channel=channel)
    assert [len(batch.items) for batch in asked] == [2, 2, 1]
    assert len(world.bench.held()) == 5


def test_batch_splits_where_bytes_pass_the_maximum(parted: World) -> None:
    world = parted
    channel = channel_of(world.bench)
    built = channel.build(
        Row("p00000", {"email": "canary0@example.jp", "last_name": "山田", "first_name": "花子"})
    )
    size = getattr(built, "size", 0)
    channel = channel_of(world.bench, max_bytes=2 * size)
    asked = scripted(channel)
    world.run([member(n) for n in range(3)], channel=channel)
    assert [len(batch.items) for batch in asked] == [2, 1]


@pytest.mark.parametrize(
    ("asked_wait", "waited"),
    [(2.0, 2.0), (-5.0, 1.0), (0.0, 1.0), (1e9, 300.0), (None, 1.0)],
    ids=["named", "negative", "zero", "huge", "not_named"],
)
def test_throttled_batch_waits_and_succeeds(
    world: World, asked_wait: float | None, waited: float
) -> None:
    channel = channel_of(world.bench)
    # Ten refusals are more than the attempts of a run: waiting consumes none.
    answer = BatchResult(Outcome.THROTTLED, "http_429", retry_after=asked_wait)
    scripted(channel, *[answer] * 5)
    world.run([member(1)], channel=channel)
    assert world.clock.waits[:5] == [waited] * 5
    assert len(world.bench.held()) == 1


def test_destination_down_raises_transient_error_and_leaves_the_rest_untouched(
    parted: World,
) -> None:
    world = parted
    world.bench.go_down()
    channel = channel_of(world.bench, max_rows=1)
    with pytest.raises(TransientError):
        world.run([member(1), member(2)], channel=channel)
    state = world.ledger.state(world.bench.spec.name)
    assert "p00002" not in state
    assert world.ledger.latest_summaries()[0]["status"] == "failed"
    world.bench.come_back()
    world.run([member(1), member(2)])
    assert len(world.bench.held()) == 2


def test_refused_row_is_left_out_and_returns_next_run(world: World) -> None:
    people = [member(n) for n in range(8)]
    people[3] = world.bench.poison(people[3])
    result = world.run(people)
    assert len(world.bench.held()) == 7
    left_out = result.summary["rejected"] + sum(result.summary["invalid"].values())
    assert left_out == 1
    world.bench.come_back() if world.bench.name != "file" else None
    again = world.run([member(n) for n in range(8)])
    assert again.summary["adds"] == 1
    assert len(world.bench.held()) == 8


def test_second_run_makes_no_call_when_nothing_changed(world: World) -> None:
    people = [member(n) for n in range(3)]
    world.run(people)
    before = world.bench.writes()
    result = world.run(people)
    assert world.bench.writes() == before
    assert result.summary["status"] == "unchanged"
    assert result.plan.items == ()


def test_scale_of_a_decimal_and_text_form_are_no_change(world: World) -> None:
    world.run([member(1, family_name="が")])
    before = world.bench.writes()
    world.run([member(1, family_name="か\u3099")])
    assert world.bench.writes() == before


@pytest.mark.parametrize("point", ["claimed", "sent"])
def test_crash_between_claim_and_settle_loses_and_doubles_nobody(world: World, point: str) -> None:
    class PowerCutError(BaseException):
        pass

    def cut(step: str) -> None:
        if step == point:
            raise PowerCutError

    people = [member(n) for n in range(3)]
    policy = replace(LIVE, on_step=cut)
    place = publish(world.folder / "cut", people, sync=world.bench.spec.name)
    arguments = (world.bench.spec, place, world.ledger, channel_of(world.bench))
    with pytest.raises(PowerCutError):
        run_sync(*arguments, policy=policy, clock=world.clock, run_id="cut")
    run_sync(*arguments, policy=LIVE, clock=world.clock, run_id="next")
    assert set(world.bench.held()) == {p.email for p in people}
    assert set(world.bench.added().values()) == {1}
    assert run_sync(*arguments, policy=LIVE, clock=world.clock, run_id="last").plan.items == ()


def test_person_who_leaves_after_a_crash_is_taken_off(world: World) -> None:
    class PowerCutError(BaseException):
        pass

    def cut(step: str) -> None:
        if step == "sent":
            raise PowerCutError

    people = [member(1), member(2)]
    place = publish(world.folder / "cut", people, sync=world.bench.spec.name)
    with pytest.raises(PowerCutError):
        run_sync(
            world.bench.spec,
            place,
            world.ledger,
            channel_of(world.bench),
            policy=replace(LIVE, on_step=cut),
            clock=world.clock,
            run_id="cut",
        )
    world.run([member(1), replace(people[1], refusal="no_consent")])
    assert set(world.bench.held()) == {"canary1@example.jp"}


def test_text_survives_as_it_is(world: World) -> None:
    if "last_name" not in world.bench.spec.payload:
        pytest.skip("the channel sends no text but addresses")
    names = ["髙﨑①", "😀寿司", "ＡＢＣ～", 'O\'Brien, "J"', "é—𠮷"]
    world.run([member(n, family_name=name) for n, name in enumerate(names)])
    held = world.bench.held()
    assert [held[f"canary{n}@example.jp"]["last_name"] for n in range(5)] == names


def test_secrets_and_addresses_stay_out_of_logs_errors_and_ledger(
    world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    world.run([member(1, family_name="金丝雀"), member(2)])
    world.bench.go_down() if world.bench.name != "file" else None
    channel = channel_of(world.bench)
    if world.bench.name == "file":
        scripted(channel, *[BatchResult(Outcome.UNKNOWN, "x")] * 9)
    with pytest.raises(TransientError) as caught:
        world.run([member(1, family_name="金丝雀二"), member(3)], channel=channel)
    world.ledger.close()
    connection = sqlite3.connect(world.folder / "ledger.sqlite")
    dump = "\n".join(connection.iterdump())
    connection.close()
    files = [*world.folder.glob("ledger*"), *(world.folder / "plans").iterdir()]
    kept = b"".join(path.read_bytes() for path in files).decode("utf-8", "replace")
    out = capfd.readouterr()
    for text in (dump, kept, caplog.text, str(caught.value), repr(caught.value), out.out, out.err):
        assert CANARY_KEY not in text
        assert "canary" not in text
        assert "金丝雀" not in text


@pytest.mark.parametrize("name", BENCHES)
def test_check_changes_nothing(name: str, tmp_path: Path) -> None:
    with open_bench(name, tmp_path) as bench:
        assert channel_of(bench).check().ok
        assert bench.writes() == 0


def test_unsupported_feature_raises_before_any_call(world: World) -> None:
    world.bench.spec = world.bench.spec.model_copy(update={"channel": "carrier_pigeon"})
    with pytest.raises(UnsupportedFeature, match="no channel carrier_pigeon"):
        channel_of(world.bench)
