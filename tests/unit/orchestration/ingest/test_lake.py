"""Every entity can be read from the lake, also before its first file."""

from pathlib import Path

import duckdb
import pytest

from orchestration.ingest.entities import EntitySpec, load_entities
from orchestration.ingest.lake import Lake


@pytest.mark.parametrize("spec", load_entities().values(), ids=lambda spec: spec.name)
def test_an_entity_without_files_is_an_empty_typed_table(tmp_path: Path, spec: EntitySpec) -> None:
    lake = Lake(tmp_path)
    lake.ensure_empty_entities()

    with duckdb.connect() as connection:
        rows = connection.read_parquet(
            lake.raw_glob(spec.name),
            union_by_name=True,
            hive_partitioning=False,
        )
        assert rows.columns == spec.raw_schema.names
        assert rows.fetchall() == []


def test_empty_entities_are_written_once(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.ensure_empty_entities()
    path = tmp_path / "raw" / "_empty" / "orders" / "empty.parquet"
    before = path.stat().st_mtime_ns

    lake.ensure_empty_entities()

    assert path.stat().st_mtime_ns == before


def test_types_of_the_lake_are_what_the_entities_declare(tmp_path: Path) -> None:
    Lake(tmp_path).ensure_empty_entities()

    with duckdb.connect() as connection:
        described = connection.sql(
            f"describe from read_parquet('{Lake(tmp_path).raw_glob('orders')}')"
        ).fetchall()

    types = {row[0]: row[1] for row in described}
    assert types["source_order_id"] == "VARCHAR"
    assert types["ordered_at"] == "TIMESTAMP"
    assert types["total"] == "DECIMAL(18,3)"
    assert types["birth_date"] == "DATE"
    assert (types["_row"], types["_revision"]) == ("BIGINT", "INTEGER")
