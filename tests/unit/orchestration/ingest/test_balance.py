"""Whatever a file holds, every row is accounted for once."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FIELD = st.text(alphabet=st.sampled_from(list("01ab髙 \"'\n,-")), max_size=4)
ROW = st.lists(FIELD, min_size=5, max_size=7)
MAPPING = """
source: shop
description: Lines.
feeds:
  - name: lines
    files: "*.csv"
    format: csv
    max_bad_row_ratio: 1
    entities:
      - entity: orders
        columns: {source_order_id: a, total: b}
      - entity: order_lines
        where: {c: ["0", "1"]}
        columns: {source_order_id: a, source_line_id: d, quantity: e}
"""


def _line(fields: list[str]) -> str:
    return ",".join('"' + field.replace('"', '""') + '"' for field in fields)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(ROW, max_size=12))
def test_rows_read_is_the_sum_of_the_other_counts(shop_in: Any, rows: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        shop = shop_in(Path(folder), MAPPING)
        shop.land("lines.csv", "a,b,c,d,e,f\n" + "\n".join(_line(row) for row in rows))

        report = shop.ingest()

        for entity in report.entities:
            assert entity.rows_read == (
                entity.accepted + entity.quarantined + entity.filtered + entity.repeated
            )
            assert shop.count(f"raw/*/{entity.entity}/*") == entity.accepted
        with_values = [row for row in rows if any(row) or len(row) != 6]
        assert report.entities[0].rows_read == len(with_values)
        assert shop.count("quarantine/*/*") == report.entities[0].quarantined
