"""What changed: events for readers, and former persons for records that may go back to them."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.durable import replace_table
from orchestration.identity.queries import arrow_table
from orchestration.identity.registry import KINDS, Assignment
from orchestration.identity.state import (
    EVENT_SCHEMA,
    FORMER_SCHEMA,
    IdentityFiles,
    Previous,
    read_table,
)

_NUMBERED = """
    select
        'e_' || substr(
            sha256(concat_ws('|', ?, kind, person_id, coalesce(old_person_id, ''))), 1, 16
        ) as event_id,
        kind,
        person_id,
        old_person_id,
        record_count,
        ?::bigint as resolution_no,
        ?::varchar as run_id
    from changes
    order by kind, person_id, old_person_id nulls first
"""
_LATEST = """
    select record_key, person_id, max(until_no)::integer as until_no
    from former group by record_key, person_id order by record_key, person_id
"""


def append_events(
    connection: duckdb.DuckDBPyConnection, files: IdentityFiles, assignment: Assignment, run_id: str
) -> int:
    """Add the changes to the events, unless they are there already; the resolution's number.

    A resolution without changes has the number of the last one that had some.
    """
    history = read_table(files.events, EVENT_SCHEMA)
    last_no = pc.max(history["resolution_no"]).as_py() or 0
    changes = _changes(assignment)
    if len(changes) == 0:
        if not files.events.exists():
            replace_table(files.events, history)
        return int(last_no)
    connection.register("changes", changes)
    again = arrow_table(connection, _NUMBERED, [last_no, last_no, run_id])
    written = history.filter(pc.equal(history["resolution_no"], last_no))
    if sorted(again["event_id"].to_pylist()) == sorted(written["event_id"].to_pylist()):
        return int(last_no)
    added = arrow_table(connection, _NUMBERED, [last_no + 1, last_no + 1, run_id])
    connection.unregister("changes")
    replace_table(files.events, pa.concat_tables([history, added.cast(EVENT_SCHEMA)]))
    return int(last_no) + 1


def append_former(
    connection: duckdb.DuckDBPyConnection,
    files: IdentityFiles,
    keys: pa.Array,
    previous: Previous,
    assignment: Assignment,
    resolution_no: int,
) -> None:
    """Remember which person each record belonged to that now has another, or is gone."""
    left = np.flatnonzero((previous.person >= 0) & (previous.person != assignment.person))
    if len(left) + len(previous.gone) == 0:
        return
    moved = [keys.take(pa.array(left)), previous.person_ids.take(pa.array(previous.person[left]))]
    added = [
        pa.table(
            [*columns, pa.array([resolution_no] * len(columns[0]), pa.int32())],
            schema=FORMER_SCHEMA,
        )
        for columns in (moved, [column.combine_chunks() for column in previous.gone.columns])
    ]
    connection.register(
        "former", pa.concat_tables([read_table(files.former_persons, FORMER_SCHEMA), *added])
    )
    former = arrow_table(connection, _LATEST)
    connection.unregister("former")
    replace_table(files.former_persons, former.cast(FORMER_SCHEMA))


def _changes(assignment: Assignment) -> pa.Table:
    changes, ids = assignment.changes, assignment.person_ids
    old = pa.array(changes.old_person, mask=changes.old_person < 0)
    return pa.table(
        {
            "kind": pa.array(KINDS).take(pa.array(changes.kind)),
            "person_id": ids.take(pa.array(changes.person)),
            "old_person_id": ids.take(old),
            "record_count": pa.array(changes.records, pa.int64()),
        }
    )
