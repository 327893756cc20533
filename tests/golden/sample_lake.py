"""Generates a small sample shop and ingests it."""

from datetime import UTC, date, datetime
from pathlib import Path

from orchestration.defs.ingestion import source_mapping
from orchestration.ingest.ingest import ingest_source
from orchestration.ingest.lake import Lake
from orchestration.sample_shop.generate import generate
from orchestration.shops.profile import load_shop

PERSONS = 100
CLICK_KEY = "click key of the tests"


def sample_lake(home: Path, end: date) -> Path:
    """The lake, below a home folder, of a shop whose last day is given."""
    generate(home, click_key=CLICK_KEY, persons=PERSONS, end_date=end)
    profile, lake = load_shop("sample"), Lake(home / "lake")
    lake.ensure_empty_entities()
    for use in profile.sources:
        ingest_source(
            source_mapping(use),
            landing=home / "landing",
            lake=lake,
            loaded_at=datetime(2026, 11, 1, tzinfo=UTC),
            gate=None,
            shop_time_zone=profile.time_zone,
            click_key=CLICK_KEY,
        )
    return home / "lake"
