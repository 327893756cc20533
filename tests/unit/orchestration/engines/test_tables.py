"""Which tables pass between a warehouse and the files beside it."""

import json
from pathlib import Path

import pytest

from orchestration.engines.tables import Manifest, Source, Table


def model(
    schema: str, name: str, tag: str, *parents: str, kind: str = "model"
) -> dict[str, object]:
    depends_on = {"nodes": list(parents)}
    return {
        "resource_type": kind,
        "schema": schema,
        "name": name,
        "tags": [tag],
        "depends_on": depends_on,
    }


def source(schema: str, name: str) -> dict[str, object]:
    meta = {"external_location": "read_parquet('lake/{name}.parquet')"}
    return {"schema": schema, "name": name, "identifier": name, "config": {"meta": meta}}


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    orders, lines, person_map = ("source.lake.orders", "source.lake.lines", "source.identity.map")
    parsed = {
        "sources": {
            orders: source("raw_lake", "orders"),
            lines: source("raw_lake", "lines"),
            person_map: source("raw_identity", "map"),
        },
        "nodes": {
            "model.stg_orders": model("staging", "stg_orders", "stage1", orders),
            "model.stg_lines": model("staging", "stg_lines", "stage1", orders, lines),
            "model.dim": model("marts", "dim", "stage1", "model.stg_orders"),
            "seed.limits": model("seeds", "limits", "stage1", kind="seed"),
            "model.persons": model("identity", "persons", "stage2", person_map, "model.stg_orders"),
            "test.limits": model("marts", "limits", "stage1", lines, kind="test"),
        },
    }
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps(parsed), encoding="utf-8")
    return Manifest(file)


def test_sources_are_those_that_models_of_the_tag_read_each_once(manifest):
    assert manifest.sources_of("stage1") == [
        Source(Table("raw_lake", "lines"), "read_parquet('lake/lines.parquet')"),
        Source(Table("raw_lake", "orders"), "read_parquet('lake/orders.parquet')"),
    ]
    (only,) = manifest.sources_of("stage2")
    assert only.table == Table("raw_identity", "map")
    assert manifest.sources_of("stage3") == []


def test_built_tables_are_those_of_a_schema_or_a_name(manifest):
    built = manifest.built_in("stage1", schemas={"marts", "identity"}, names={"limits"})
    assert built == [Table("marts", "dim"), Table("seeds", "limits")]
    assert manifest.built_in("stage1", schemas=set(), names=set()) == []
