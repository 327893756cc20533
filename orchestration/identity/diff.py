"""What other overrides, rules or limits would move, before anything is applied; read-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.identity.queries import text
from orchestration.identity.reading import Settings
from orchestration.identity.resolve import Resolution, decide
from orchestration.identity.state import IdentityFiles


@dataclass(frozen=True, slots=True)
class IdentityDiff:
    """What the next resolution would change."""

    created: int
    merged: int
    split: int
    moved: int
    records: int
    """Records that would get another person."""
    orders: int
    """Orders that would get another person."""
    segments: Mapping[str, int]
    """Segment -> members of the current publication whose person would take or lose records."""
    refused: Mapping[str, tuple[int, int]]
    """Reason -> refused links now and then."""

    @property
    def is_empty(self) -> bool:
        """True when nothing would change."""
        return not (self.created + self.merged + self.split + self.moved + self.records)


def identity_diff(
    connection: duckdb.DuckDBPyConnection,
    files: IdentityFiles,
    settings: Settings,
    warehouse: Path | None,
) -> IdentityDiff:
    """Resolve under the settings and compare with the person map; nothing is written.

    `warehouse` is the published database whose segments are looked at.
    """
    found = decide(connection, files, settings)
    assignment, previous = found.settled.assignment, found.previous
    moved = np.flatnonzero((previous.person >= 0) & (previous.person != assignment.person))
    connection.register("moved_nodes", pa.table({"node": moved}))
    connection.execute(
        "create or replace temp table moved as select nodes.record_key from nodes"
        " semi join moved_nodes on nodes.node = moved_nodes.node"
    )
    affected = np.union1d(previous.person[moved], assignment.person[moved])
    connection.register("affected", pa.table({"person_id": assignment.person_ids.take(affected)}))
    changes = assignment.changes
    return IdentityDiff(
        created=changes.count("create"),
        merged=changes.count("merge"),
        split=changes.count("split"),
        moved=changes.count("move"),
        records=len(moved),
        orders=_orders(connection),
        segments=_segments(connection, warehouse),
        refused=_refused(connection, files, found),
    )


def _orders(connection: duckdb.DuckDBPyConnection) -> int:
    # An order belongs to the customer it names, and to its own contact data where it names none.
    row = connection.execute(
        "select count(*) from (select case when source_customer_id is not null"
        " then source || '|customer|' || source_customer_id"
        " else source || '|order|' || source_order_id end as record_key"
        " from work.staging.stg_orders) as orders semi join moved"
        " on orders.record_key = moved.record_key"
    ).fetchone()
    return int(row[0]) if row else 0


def _segments(connection: duckdb.DuckDBPyConnection, warehouse: Path | None) -> dict[str, int]:
    if warehouse is None:
        return {}
    connection.execute(f"attach if not exists {text(warehouse)} as published (read_only)")
    tables = connection.execute(
        "select table_name from information_schema.tables where table_catalog = 'published'"
        " and table_schema = 'segments' order by table_name"
    ).fetchall()
    counts = {}
    for (table,) in tables:
        row = connection.execute(
            f'select count(*) from published.segments."{table}" as members'
            " semi join affected on members.person_id = affected.person_id"
        ).fetchone()
        counts[table] = int(row[0]) if row else 0
    return counts


def _refused(
    connection: duckdb.DuckDBPyConnection, files: IdentityFiles, found: Resolution
) -> dict[str, tuple[int, int]]:
    now: dict[str, int] = {}
    if files.refused_links.exists():
        now = dict(
            connection.execute(
                f"select reason, count(*) from read_parquet({text(files.refused_links)}) group by 1"
            ).fetchall()
        )
    then = {
        row["values"]: row["counts"] for row in found.refused["reason"].value_counts().to_pylist()
    }
    return {reason: (now.get(reason, 0), then.get(reason, 0)) for reason in sorted({*now, *then})}
