"""How fresh each source is, from a real lake."""

from datetime import datetime

import pytest

from orchestration.ingest.freshness import newest_load, source_freshness

MAPPING = """
    source: shop
    description: Orders and their lines.
    time_zone: Asia/Tokyo
    feeds:
      - name: orders
        files: "*.csv"
        format: csv
        max_bad_row_ratio: 0.5
        entities:
          - entity: orders
            columns:
              source_order_id: number
              ordered_at: {from: ordered, required: true}
              status: {value: paid}
              currency: {value: JPY}
              total: total
          - entity: order_lines
            columns:
              source_order_id: number
              source_line_id: {value: "1"}
              line_kind: {value: item}
              quantity: {value: "1"}
              unit_price: total
"""


@pytest.fixture
def shop(make_shop):
    return make_shop(MAPPING)


def test_source_freshness_sums_files_and_gives_the_newest_fact_in_utc(shop):
    shop.land("a.csv", "number,ordered,total\n1,2026-10-30 09:00,100\n2,2026-10-31 08:59,200\n")
    shop.ingest()
    shop.land("b.csv", "number,ordered,total\n3,2026-10-29 10:00,300\n4,2026-10-29 10:00,bad\n")
    shop.ingest()
    lines, orders = source_freshness(shop.lake.root)
    assert orders == {
        "source": "shop",
        "entity": "orders",
        "files": 2,
        "rows_accepted": 3,
        "rows_quarantined": 1,
        # 8:59 in Tokyo.
        "newest_at": datetime.fromisoformat("2026-10-30 23:59"),
        "loaded_at": datetime.fromisoformat("2026-11-02 03:00"),
    }
    assert (lines["entity"], lines["rows_accepted"]) == ("order_lines", 3)
    assert lines["newest_at"] is None


def test_source_freshness_counts_a_correction_as_a_file_of_its_own(shop):
    shop.land("a.csv", "number,ordered,total\n1,2026-10-30 09:00,100\n")
    shop.ingest()
    shop.land("a.csv", "number,ordered,total\n1,2026-10-30 12:00,100\n")
    shop.ingest()
    orders = source_freshness(shop.lake.root)[1]
    assert (orders["files"], orders["rows_accepted"]) == (2, 2)
    assert orders["newest_at"] == datetime.fromisoformat("2026-10-30 03:00")


def test_source_freshness_is_empty_when_nothing_was_ever_ingested(tmp_path):
    assert source_freshness(tmp_path / "lake") == []
    assert newest_load(tmp_path / "lake", "shop") is None
