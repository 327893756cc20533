"""A column or a mapping that changed never rewrites a list, nor sends again, by itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from reverse_etl.engine import SyncResult, run_sync
from reverse_etl.errors import TerminalError
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.planning.guards import approve
from reverse_etl.sending.retries import SendPolicy
from reverse_etl.spec import SyncSpec
from tests.contract.benches.base import channel_of
from tests.contract.benches.webhook import OPTIONS, WebhookBench, open_bench
from tests.contract.letterbox import CHANNELS
from tests.contract.message_world import open_mailroom
from tests.contract.sync_world import LIVE, TurnedClock, member, message_spec, publish, winback_spec

DRIFTS = {
    "dropped": "alter table segments.seg_winback drop net_sales",
    "renamed": "alter table segments.seg_winback rename net_sales to sales",
    "all null": "update segments.seg_winback set net_sales = null",
    "other type": "alter table segments.seg_winback alter net_sales type bigint using 0",
    "required all null": "update contact.person_contacts set email = null",
}
PEOPLE = [member(n) for n in range(10)]


def _spec(**changes: object) -> SyncSpec:
    """Give a mirror that carries a figure and has the limits of a new file."""
    payload = {
        "email": {"column": "contact.email", "required": True},
        "sales": {"column": "segment.net_sales"},
    }
    limits = {"first_sync": "allow"}
    options = {**OPTIONS, "shape": "list"}
    return winback_spec("webhook", payload=payload, limits=limits, options=options, **changes)


class Desk:
    """A list of ten people that a receiver holds, and further days of it."""

    def __init__(self, bench: WebhookBench, folder: Path) -> None:
        self.bench, self.folder = bench, folder
        self.ledger, self.clock = Ledger("sqlite://"), TurnedClock()
        self.days = 0

    def run(
        self, spec: SyncSpec, change: Callable[[Path], None] | None = None, *, live: bool = True
    ) -> SyncResult:
        self.days += 1
        place = publish(self.folder / str(self.days), PEOPLE, sync=spec.name)
        if change is not None:
            change(place)
        self.bench.spec = spec
        channel = channel_of(self.bench)
        policy = LIVE if live else SendPolicy()
        run_id = f"r{self.days}"
        return run_sync(
            spec, place, self.ledger, channel, policy=policy, clock=self.clock, run_id=run_id
        )


@contextmanager
def _filled(folder: Path) -> Iterator[Desk]:
    with open_bench(folder) as bench:
        desk = Desk(bench, folder)
        assert desk.run(_spec()).summary["delivered"] == 10
        yield desk
        desk.ledger.close()


def _drift(place: Path, drift: str) -> None:
    name = "contacts" if "contact." in DRIFTS[drift] else "warehouse"
    with duckdb.connect(str(place / f"{name}.duckdb")) as connection:
        connection.execute(DRIFTS[drift])


@pytest.mark.parametrize("drift", DRIFTS)
def test_column_that_drifts_changes_nothing_at_the_receiver(drift: str, tmp_path: Path) -> None:
    with _filled(tmp_path) as desk:
        calls = desk.bench.writes()
        waiting = {
            "all null": "changes: 10 of 10 is 100% (limit 50%)",
            "other type": "changes: 10 of 10 is 100% (limit 50%)",
            "required all null": "removals: 10 of 10 is 100% (limit 20%)",
        }
        if drift in waiting:
            summary = desk.run(_spec(), lambda place: _drift(place, drift)).summary
            assert summary["status"] == "awaiting_approval"
            assert waiting[drift] in summary["waiting_reason"]
        else:
            with pytest.raises(TerminalError, match=r"no column net_sales in segments\.seg_winb"):
                desk.run(_spec(), lambda place: _drift(place, drift))
        assert desk.bench.writes() == calls
        assert len(desk.bench.people()) == 10


def test_changed_mapping_shows_its_count_dry_and_goes_only_when_approved(tmp_path: Path) -> None:
    with _filled(tmp_path) as desk:
        calls, spec = desk.bench.writes(), _spec(mapping_version=2)
        dry = desk.run(spec, live=False).summary
        assert (dry["changes"], dry["is_dry_run"]) == (10, True)
        waiting = desk.run(spec)
        assert waiting.summary["waiting_codes"] == ["too_many_changes"]
        assert desk.bench.writes() == calls
        approve(desk.ledger, waiting.plan.plan_id, by="an operator", now=desk.clock.now())
        assert desk.run(spec).summary["delivered"] == 10
        assert desk.run(spec).plan.items == ()


@pytest.mark.parametrize("change", ["mapping", "dropped", "all null"])
def test_messages_that_went_do_not_go_again_when_data_or_mapping_change(
    change: str, tmp_path: Path
) -> None:
    payload = _spec().model_dump()["payload"]
    specs = [
        message_spec(CHANNELS["C"].name, payload=payload, mapping_version=version)
        for version in (1, 2)
    ]
    with open_mailroom(tmp_path, "C") as room:
        room.run(PEOPLE, spec=specs[0])
        folder = room.publish(PEOPLE)
        if change == "mapping":
            assert room.rerun(folder, spec=specs[1]).summary["adds"] == 0
        elif change == "dropped":
            _drift(folder, change)
            with pytest.raises(TerminalError, match="no column net_sales"):
                room.rerun(folder, spec=specs[0])
        else:
            _drift(folder, change)
            assert room.rerun(folder, spec=specs[0]).summary["adds"] == 0
        assert set(room.box.copies().values()) == {1}
