import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from orchestration.sample_shop.dirt import BROKEN_JSON, LOST_FIELDS, one_column
from orchestration.sample_shop.feeds import CsvFeed, CsvStyle, JsonArrayFeed, Landing, LineFeed
from orchestration.sample_shop.truth import Truth


@pytest.fixture
def landing(tmp_path: Path) -> Iterator[Landing]:
    (tmp_path / "landing").mkdir()
    (tmp_path / "truth").mkdir()
    with Truth(tmp_path / "truth") as truth:
        yield Landing(tmp_path / "landing", 1, truth)


def told(landing: Landing, table: str) -> list[dict[str, object]]:
    landing.truth.__exit__(None, None, None)
    rows: list[dict[str, object]] = pq.read_table(
        landing.folder.parent / "truth" / f"{table}.parquet"
    ).to_pylist()
    return rows


def test_csv_feed_plants_the_faults_in_turn_and_tells_their_rows(landing: Landing) -> None:
    feed = CsvFeed(
        landing,
        "crm",
        ("id", "day", "a", "b"),
        style=CsvStyle(),
        keys=("id",),
        faults=(LOST_FIELDS, one_column("day", "x", "bad_date")),
        spacing=(2, 2),
    )
    for number in range(4):
        feed.write("f.csv", [str(number), "2026-01-01", "a", "b"], yen=10)
    feed.close()
    lines = (landing.folder / "crm/f.csv").read_text(encoding="utf-8").splitlines()
    # Header, two good rows, one cut to its first field, two good rows, one with a bad day.
    assert lines[3] == "900000001"
    assert lines[6] == "900000002,x,a,b"
    assert (landing.files, landing.rows, landing.broken_rows) == (1, 6, 2)
    assert [
        (row["row"], row["reason"], row["column_name"]) for row in told(landing, "broken_rows")
    ] == [
        (4, "wrong_field_count", None),
        (7, "bad_date", "day"),
    ]
    assert [row["yen"] for row in told(landing, "feed_totals")] == [40]


def test_csv_feed_stays_clean_when_the_file_ends_before_the_first_fault(landing: Landing) -> None:
    feed = CsvFeed(
        landing,
        "crm",
        ("id",),
        style=CsvStyle(),
        keys=("id",),
        faults=(LOST_FIELDS,),
        spacing=(3, 3),
    )
    for number in range(2):
        feed.write("f.csv", [str(number)])
    feed.close()
    assert landing.broken_rows == 0


def test_array_feed_starts_the_next_document_when_one_is_full(landing: Landing) -> None:
    feed = JsonArrayFeed(landing, "mail", key="id", rows_per_file=2)
    for number in range(5):
        feed.append("batch_2026-01", f'{{"id":"e{number}"}}')
    feed.close()
    documents = {
        path.name: [row["id"] for row in json.loads(path.read_text(encoding="utf-8"))]
        for path in (landing.folder / "mail").iterdir()
    }
    assert documents == {
        "batch_2026-01_001.json": ["e0", "e1"],
        "batch_2026-01_002.json": ["e2", "e3"],
        "batch_2026-01_003.json": ["e4"],
    }


def test_line_feed_cuts_a_line_so_that_it_is_no_json(landing: Landing) -> None:
    feed = LineFeed(landing, "web", key="id", faults=(BROKEN_JSON,), spacing=(1, 1))
    feed.write("e.ndjson", '{"id":"e1","type":"page_view"}')
    feed.close()
    good, broken = (landing.folder / "web/e.ndjson").read_text(encoding="utf-8").splitlines()
    assert json.loads(good) == {"id": "e1", "type": "page_view"}
    assert broken == '{"id":"'
