"""The files of lake/identity: each is replaced at once, and what stood in them is read back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from orchestration.identity.graph import Codes
from orchestration.identity.queries import arrow_table, numbers

MAP_SCHEMA = pa.schema(
    [
        ("record_key", pa.string()),
        ("person_id", pa.string()),
        # The resolution that gave the record this person.
        ("since_no", pa.int32()),
        # Tells the next resolution whether anything changed around the record.
        ("component_hash", pa.uint64()),
    ]
)
FORMER_SCHEMA = pa.schema(
    [("record_key", pa.string()), ("person_id", pa.string()), ("until_no", pa.int32())]
)
EVENT_SCHEMA = pa.schema(
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
REFUSED_SCHEMA = pa.schema(
    [
        ("left_record", pa.string()),
        ("right_record", pa.string()),
        ("rule", pa.string()),
        ("tier", pa.int64()),
        ("reason", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class IdentityFiles:
    """What the resolution keeps between runs."""

    folder: Path

    @property
    def person_map(self) -> Path:
        """One row per record: the person it belongs to."""
        return self.folder / "person_map.parquet"

    @property
    def former_persons(self) -> Path:
        """One row per record and person that the record belonged to before."""
        return self.folder / "former_persons.parquet"

    @property
    def events(self) -> Path:
        """One row per change of a person, over all resolutions."""
        return self.folder / "identity_events.parquet"

    @property
    def refused_links(self) -> Path:
        """One row per candidate link that joined nobody."""
        return self.folder / "refused_links.parquet"


@dataclass(frozen=True, slots=True)
class Previous:
    """What the last resolution decided about the records of this one, by node.

    Persons are places in `person_ids`, which is sorted; -1 where there is none.
    """

    person_ids: pa.Array
    """Every person id that was ever given."""
    person: Codes
    since_no: NDArray[np.int32]
    component_hash: NDArray[np.uint64]
    former_node: Codes
    """Node, person and last resolution of each earlier belonging."""
    former_person: Codes
    former_until: NDArray[np.int32]
    gone: pa.Table
    """record_key and person_id of records that are no longer there."""
    held: NDArray[np.bool_]
    """Which persons the last resolution's map named, gone records included."""


def read_table(file: Path, schema: pa.Schema) -> pa.Table:
    """The file's columns, empty where there is no file and null where a column is missing."""
    if not file.exists():
        return schema.empty_table()
    table = pq.read_table(file)
    columns = [
        table.column(field.name).cast(field.type)
        if field.name in table.column_names
        else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def read_previous(connection: duckdb.DuckDBPyConnection, files: IdentityFiles) -> Previous:
    """The last map and all former persons, by the nodes of the temporary table `nodes`."""
    connection.register("last_map", read_table(files.person_map, MAP_SCHEMA))
    connection.register("former", read_table(files.former_persons, FORMER_SCHEMA))
    connection.execute(
        "create or replace temp table persons as"
        " select person_id, (row_number() over (order by person_id))::integer - 1 as person from"
        " (select person_id from last_map union select person_id from former)"
    )
    person, since_no, component_hash = numbers(
        connection,
        "select coalesce(persons.person, -1)::integer, coalesce(last_map.since_no, 0)::integer,"
        " coalesce(last_map.component_hash, 0)::ubigint from nodes"
        " left join last_map on nodes.record_key = last_map.record_key"
        " left join persons on last_map.person_id = persons.person_id order by nodes.node",
    )
    former_node, former_person, former_until = numbers(
        connection,
        "select nodes.node, persons.person, former.until_no from former"
        " inner join nodes on former.record_key = nodes.record_key"
        " inner join persons on former.person_id = persons.person_id",
    )
    (held,) = numbers(
        connection,
        "select person_id in (select person_id from last_map) from persons order by person",
    )
    gone = arrow_table(
        connection,
        "select record_key, person_id from last_map anti join nodes"
        " on last_map.record_key = nodes.record_key order by record_key",
    )
    ids = arrow_table(connection, "select person_id from persons order by person")
    for name in ("last_map", "former"):
        connection.unregister(name)
    return Previous(
        person_ids=ids.column("person_id").combine_chunks().cast(pa.string()),
        person=person,
        since_no=since_no,
        component_hash=component_hash,
        former_node=former_node,
        former_person=former_person,
        former_until=former_until,
        gone=gone,
        held=held,
    )
