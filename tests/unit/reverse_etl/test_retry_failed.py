"""Whom a destination refused five times is left alone, until somebody lets them be tried again."""

from datetime import timedelta
from pathlib import Path

from reverse_etl.channel import BatchResult, ChannelSettings, Outcome, open_channel
from reverse_etl.engine import SyncResult, run_sync
from reverse_etl.ledger.failures import MAX_FAILURES
from reverse_etl.ledger.ledger import Ledger
from tests.contract.benches.base import scripted
from tests.contract.sync_world import LIVE, TurnedClock, member, publish, winback_spec


def test_row_refused_five_times_is_sent_again_when_it_was_released(tmp_path: Path) -> None:
    spec, clock = winback_spec("file"), TurnedClock()
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    place = publish(tmp_path / "p", [member(1)], sync=spec.name)

    def run(number: int, *answers: BatchResult) -> SyncResult:
        channel = open_channel(spec, ChannelSettings(outbox=tmp_path / "outbox"))
        scripted(channel, *answers)
        return run_sync(
            spec, place, ledger, channel, policy=LIVE, run_id=f"run{number}", clock=clock
        )

    refused = BatchResult(Outcome.DELIVERED, rejected={"p00001": "bad"})
    began = clock.now()
    for number in range(MAX_FAILURES):
        assert run(number, refused).summary["rejected"] == 1
    left = run(5).summary
    assert (left["adds"], left["held"], left["quarantined"], left["delivered"]) == (0, 1, 1, 0)
    assert ledger.release_rows(spec.name, since=began + timedelta(hours=1)) == 0
    assert ledger.release_rows(spec.name, since=began) == 1
    again = run(6).summary
    assert (again["adds"], again["delivered"], again["quarantined"]) == (1, 1, 0)
    ledger.close()
