"""docs/thresholds.md holds every seed with its meaning and tables that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/thresholds.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([a-z0-9_]+)` \| ([^|]+) \|[^|]*\| ([^|]+) \|$", PAGE, re.MULTILINE)


def test_every_seed_is_on_the_page_once():
    seeds = sorted(path.stem for path in (ROOT / "dbt_project/seeds").glob("*.csv"))
    assert sorted(seed for seed, _, _ in ROWS) == seeds


def test_what_a_seed_moves_is_a_published_table():
    folders = ("marts", "prediction", "segments", "policy", "identity", "contact")
    models = {
        path.stem
        for folder in folders
        for path in (ROOT / "dbt_project/models" / folder).rglob("*.sql")
    }
    moved = {table for _, _, tables in ROWS for table in re.findall(r"`([a-z0-9_]+)`", tables)}
    assert moved - models == set()
