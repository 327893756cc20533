"""A run for a print shop: the day of Japan, and who was left out for a character."""

import csv
from datetime import UTC, datetime
from pathlib import Path

from reverse_etl.channel import ChannelSettings, open_channel
from reverse_etl.engine import run_sync
from reverse_etl.ledger.ledger import Ledger
from tests.contract.sync_world import LIVE, TurnedClock, member, publish, winback_spec

EARLY = datetime(2026, 10, 31, 23, 0, tzinfo=UTC)
"""08:00 on 1 November in Japan, when the postcards of the month are made."""


def test_print_run_is_dated_in_japan_and_names_unencodable_characters(tmp_path: Path) -> None:
    options = {"encoding": "cp932", "arrival_days": 10, "dedupe_by": ["last_name"]}
    spec = winback_spec("file", options=options)
    people = [member(1, family_name="𠮷田"), member(2), member(3, family_name="髙橋")]
    place = publish(tmp_path / "pub", people, sync=spec.name, published_at=EARLY)
    channel = open_channel(spec, ChannelSettings(outbox=tmp_path / "outbox"))
    ledger = Ledger("sqlite://")
    for run_id in ("r1", "r2"):
        run_sync(spec, place, ledger, channel, policy=LIVE, clock=TurnedClock(EARLY), run_id=run_id)
    ledger.close()
    [folder] = (tmp_path / "outbox" / spec.name).iterdir()
    assert folder.name == "20261101_r1"
    with (folder / "unencodable.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1:] == [["p00001", "last_name", "U+20BB7", "𠮷"]]
    adds = next(folder.glob("adds_*.csv")).read_text(encoding="cp932")
    assert adds.count('"2026-11-11"') == 2
    assert "𠮷" not in adds
