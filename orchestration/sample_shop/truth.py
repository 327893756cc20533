"""The planted truth beside the files: for tests only, the pipeline never reads it."""

from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

ROWS_PER_GROUP = 50_000

_TEXT = pa.string()
_MOMENT = pa.timestamp("us")
_YEN = pa.int64()
_COUNT = pa.int64()
_FLAG = pa.bool_()
_RATE = pa.float64()
_DAY = pa.date32()

TABLES: dict[str, list[tuple[str, pa.DataType]]] = {
    "persons": [
        ("true_person_id", _TEXT),
        ("household_no", _COUNT),
        ("household_kind", _TEXT),
        ("habit", _TEXT),
        ("joined_at", _MOMENT),
        ("purchase_rate_per_year", _RATE),
        ("dropout_probability", _RATE),
        ("dropped_out_at", _MOMENT),
        ("open_chance", _RATE),
        ("click_chance", _RATE),
        ("has_machine_reader", _FLAG),
        ("has_link_scanner", _FLAG),
        ("registered_at", _MOMENT),
        ("has_record", _FLAG),
        ("order_count", _COUNT),
        ("purchase_count", _COUNT),
        ("first_purchase_date", _DAY),
        ("last_purchase_date", _DAY),
        ("last_delivered_at", _MOMENT),
        ("net_sales", _YEN),
        ("has_active_subscription", _FLAG),
        ("has_open_inquiry", _FLAG),
        ("line_user_id", _TEXT),
    ],
    "records": [
        ("source", _TEXT),
        ("record_kind", _TEXT),
        ("source_record_id", _TEXT),
        ("true_person_id", _TEXT),
    ],
    "devices": [("anonymous_id", _TEXT), ("true_person_id", _TEXT)],
    "web_visits": [
        ("anonymous_id", _TEXT),
        ("started_at", _MOMENT),
        ("ended_at", _MOMENT),
        ("event_count", _COUNT),
        ("true_person_id", _TEXT),
        ("is_forwarded", _FLAG),
    ],
    "orders": [
        ("source", _TEXT),
        ("source_order_id", _TEXT),
        ("true_person_id", _TEXT),
        ("source_customer_id", _TEXT),
        ("ordered_at", _MOMENT),
        ("ordered_date", _DAY),
        ("status", _TEXT),
        ("is_purchase", _FLAG),
        ("goods_total", _YEN),
        ("discount", _YEN),
        ("shipping_fee", _YEN),
        ("total", _YEN),
        ("line_count", _COUNT),
        ("shipped_at", _MOMENT),
        ("delivered_at", _MOMENT),
        ("truly_delivered_at", _MOMENT),
        ("prompted_by_campaign", _TEXT),
        ("subscription_id", _TEXT),
        ("is_by_telephone", _FLAG),
    ],
    "order_lines": [
        ("source", _TEXT),
        ("source_order_id", _TEXT),
        ("line_no", _COUNT),
        ("product_code", _TEXT),
        ("quantity", _COUNT),
        ("amount", _YEN),
    ],
    "consents": [
        ("true_person_id", _TEXT),
        ("source_customer_id", _TEXT),
        ("email", _TEXT),
        ("line_user_id", _TEXT),
        ("channel", _TEXT),
        ("purpose", _TEXT),
        ("is_granted", _FLAG),
        ("legal_basis", _TEXT),
        ("form_version", _TEXT),
        ("granted_at", _MOMENT),
        ("confirmed_at", _MOMENT),
        ("withdrawn_at", _MOMENT),
    ],
    "suppressions": [
        ("channel", _TEXT),
        ("address", _TEXT),
        ("reason", _TEXT),
        ("occurred_at", _MOMENT),
        ("true_person_id", _TEXT),
    ],
    "messages": [
        ("provider_event_id", _TEXT),
        ("true_person_id", _TEXT),
        ("event", _TEXT),
        ("occurred_at", _MOMENT),
        ("campaign_code", _TEXT),
        ("is_machine_open", _FLAG),
        ("is_bot_click", _FLAG),
    ],
    "broken_rows": [
        ("source", _TEXT),
        ("file", _TEXT),
        ("row", _COUNT),
        ("reason", _TEXT),
        ("column_name", _TEXT),
    ],
    "feed_totals": [
        ("source", _TEXT),
        ("file", _TEXT),
        ("good_rows", _COUNT),
        ("broken_rows", _COUNT),
        ("yen", _YEN),
    ],
    "daily_totals": [
        ("source", _TEXT),
        ("ordered_date", _DAY),
        ("orders", _COUNT),
        ("yen", _YEN),
        ("purchases", _COUNT),
        ("net_sales", _YEN),
    ],
    "effects": [("name", _TEXT), ("value", _RATE)],
}


class TruthTable:
    """One Parquet file, written in groups of a fixed size so that memory stays bounded."""

    def __init__(self, path: Path, columns: list[tuple[str, pa.DataType]]) -> None:
        """Open the file of a table with these columns."""
        self._schema = pa.schema(columns)
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[tuple[object, ...]] = []

    def add(self, *values: object) -> None:
        """Add one row, values in the order of the columns."""
        self._rows.append(values)
        if len(self._rows) == ROWS_PER_GROUP:
            self._flush()

    def close(self) -> None:
        """Write what is left and close the file."""
        if self._rows:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        columns = [
            pa.array(values, type=field.type)
            for values, field in zip(zip(*self._rows, strict=True), self._schema, strict=True)
        ]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
        self._rows.clear()


class Truth:
    """All tables of the truth."""

    def __init__(self, folder: Path) -> None:
        """Open one file per table in an existing folder."""
        self._tables = {
            name: TruthTable(folder / f"{name}.parquet", columns)
            for name, columns in TABLES.items()
        }

    def add(self, table: str, *values: object) -> None:
        """Add one row to a table."""
        self._tables[table].add(*values)

    def __enter__(self) -> "Truth":
        """Give the open truth."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every file."""
        for table in self._tables.values():
            table.close()
