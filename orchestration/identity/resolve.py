"""Resolves who is who: from the edges in the work database to the person map in the lake."""

import hashlib
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.identity.clustering import component_of_nodes
from orchestration.identity.registry import Assignment, Change, assign_person_ids

_MAP_SCHEMA = pa.schema([("record_key", pa.string()), ("person_id", pa.string())])
_EVENT_SCHEMA = pa.schema(
    [
        ("event_id", pa.string()),
        ("kind", pa.string()),
        ("person_id", pa.string()),
        ("old_person_id", pa.string()),
        ("record_count", pa.int64()),
        ("resolution_no", pa.int64()),
        ("run_id", pa.string()),
    ]
)
_REFUSED_SCHEMA = pa.schema(
    [
        ("left_record", pa.string()),
        ("right_record", pa.string()),
        ("rule", pa.string()),
        ("tier", pa.int64()),
        ("reason", pa.string()),
    ]
)
_NODES = """
    select record_key from intermediate.int_identity__records order by record_key
"""
_LINKS = """
    with nodes as (
        select record_key, row_number() over (order by record_key) - 1 as node
        from intermediate.int_identity__records
    )
    select left_nodes.node as left_node, right_nodes.node as right_node
    from intermediate.int_identity__edges as edges
    inner join nodes as left_nodes on edges.left_record = left_nodes.record_key
    inner join nodes as right_nodes on edges.right_record = right_nodes.record_key
"""


@dataclass(frozen=True, slots=True)
class IdentityReport:
    """Counts of one resolution: records and edges read, persons found, changes since the last."""

    records: int
    edges: int
    persons: int
    largest_person_records: int
    created: int
    merged: int
    split: int
    moved: int

    def as_metadata(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


def resolve_identities(work_db: Path, lake: Path, run_id: str) -> IdentityReport:
    """Writes lake/identity/person_map.parquet and identity_events.parquet from the work database.

    Reads the tables int_identity__records and int_identity__edges. Each file is replaced at once;
    the events of earlier runs stay. A resolution that changes nothing adds no event.
    """
    folder = lake / "identity"
    folder.mkdir(parents=True, exist_ok=True)
    map_file = folder / "person_map.parquet"
    events_file = folder / "identity_events.parquet"

    with duckdb.connect(str(work_db), read_only=True) as connection:
        records = [row[0] for row in connection.execute(_NODES).fetchall()]
        links = connection.execute(_LINKS).fetchnumpy()
    left = np.asarray(links["left_node"], dtype=np.int64)
    right = np.asarray(links["right_node"], dtype=np.int64)
    components = component_of_nodes(len(records), left, right)
    assignment = assign_person_ids(records, components.tolist(), _read_map(map_file))

    # Events first: should the map not follow, the next run finds the same changes again and
    # sees that they are written already.
    _append_events(events_file, assignment.changes, run_id)
    _replace(folder / "refused_links.parquet", _REFUSED_SCHEMA.empty_table())
    _write_map(map_file, records, assignment)
    return _report(records, len(left), assignment)


def _read_map(map_file: Path) -> dict[str, str]:
    if not map_file.exists():
        return {}
    table = pq.read_table(map_file, schema=_MAP_SCHEMA)
    return dict(zip(table["record_key"].to_pylist(), table["person_id"].to_pylist(), strict=True))


def _write_map(map_file: Path, records: list[str], assignment: Assignment) -> None:
    table = pa.table([records, assignment.person_of], schema=_MAP_SCHEMA)
    _replace(map_file, table)


def _append_events(events_file: Path, changes: list[Change], run_id: str) -> None:
    history = _EVENT_SCHEMA.empty_table()
    if events_file.exists():
        history = pq.read_table(events_file, schema=_EVENT_SCHEMA)
        if not changes:
            return
    past = history.to_pylist()
    last_no = max((row["resolution_no"] for row in past), default=0)
    written = {row["event_id"] for row in past if row["resolution_no"] == last_no}
    if changes and written == {_event_id(last_no, change) for change in changes}:
        return
    rows = [
        {
            "event_id": _event_id(last_no + 1, change),
            "kind": change.kind,
            "person_id": change.person_id,
            "old_person_id": change.old_person_id,
            "record_count": change.record_count,
            "resolution_no": last_no + 1,
            "run_id": run_id,
        }
        for change in changes
    ]
    added = pa.Table.from_pylist(rows, schema=_EVENT_SCHEMA)
    _replace(events_file, pa.concat_tables([history, added]))


def _event_id(resolution_no: int, change: Change) -> str:
    text = f"{resolution_no}|{change.kind}|{change.person_id}|{change.old_person_id or ''}"
    return "e_" + hashlib.sha256(text.encode()).hexdigest()[:16]


def _replace(file: Path, table: pa.Table) -> None:
    partial = file.with_suffix(".partial")
    pq.write_table(table, partial)
    _sync(partial)
    partial.replace(file)
    _sync(file.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _report(records: list[str], edges: int, assignment: Assignment) -> IdentityReport:
    sizes: dict[str, int] = {}
    for person_id in assignment.person_of:
        sizes[person_id] = sizes.get(person_id, 0) + 1
    kinds = [change.kind for change in assignment.changes]
    return IdentityReport(
        records=len(records),
        edges=edges,
        persons=len(sizes),
        largest_person_records=max(sizes.values(), default=0),
        created=kinds.count("create"),
        merged=kinds.count("merge"),
        split=kinds.count("split"),
        moved=kinds.count("move"),
    )
