"""Parquet as a source: typed values come as the text they would be written in."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.ingest.errors import ContractError
from orchestration.ingest.readers.parquet import read_parquet


def test_parquet_gives_typed_values_as_text(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    table = pa.table(
        {
            "id": pa.array([17850, None], pa.int32()),
            "at": pa.array(
                [datetime.fromisoformat("2010-12-01 08:26:00"), None], pa.timestamp("us")
            ),
            "price": pa.array([Decimal("2.550"), None], pa.decimal128(12, 3)),
        }
    )
    pq.write_table(table, path)

    (chunk,) = read_parquet(path, "f.parquet", ("id", "at", "price"))

    assert [chunk.columns[name].to_pylist() for name in ("id", "at", "price")] == [
        ["17850", None],
        ["2010-12-01 08:26:00.000000", None],
        ["2.550", None],
    ]
    assert chunk.rows.tolist() == [1, 2]


def test_parquet_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    path.write_bytes(b"id\n1\n")
    with pytest.raises(ContractError, match="the file is not Parquet"):
        list(read_parquet(path, "f.parquet", ("id",)))

    pq.write_table(pa.table({"id": [[1]]}), path)
    with pytest.raises(ContractError, match="the file has no column Id"):
        list(read_parquet(path, "f.parquet", ("Id",)))
    with pytest.raises(ContractError, match="the column id holds nested values"):
        list(read_parquet(path, "f.parquet", ("id",)))
