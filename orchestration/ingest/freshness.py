"""How fresh each source is: newest fact, newest load, and what came in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb

_FACT_TIME: Mapping[str, str] = {
    "customers": "coalesce(updated_at, registered_at)",
    "orders": "ordered_at",
    "products": "updated_at",
    "shipments": "coalesce(delivered_at, shipped_at)",
    "subscriptions": "coalesce(updated_at, started_at)",
    "inquiries": "opened_at",
    "consents": "occurred_at",
    "web_events": "occurred_at",
    "message_events": "occurred_at",
    "ad_costs": "cast(cost_date as timestamp)",
}
"""Entity -> when its rows happened; entities without a time of their own are left out."""


def source_freshness(lake: Path) -> list[dict[str, object]]:
    """One row per source and entity of the lake, by name.

    Keys: source, entity, files, rows_accepted, rows_quarantined, newest_at (UTC, the newest fact;
    None where the entity has no time), loaded_at (UTC).
    """
    if not any((lake / "files").glob("*.parquet")):
        return []
    with duckdb.connect() as connection:
        logged = connection.execute(
            "select source, entity, count(distinct file_sha256), sum(rows_accepted)::bigint,"
            " sum(rows_quarantined)::bigint, max(loaded_at)"
            " from read_parquet(?) group by 1, 2 order by 1, 2",
            [str(lake / "files" / "*.parquet")],
        ).fetchall()
        return [
            {
                "source": source,
                "entity": entity,
                "files": files,
                "rows_accepted": accepted,
                "rows_quarantined": quarantined,
                "newest_at": _newest(connection, lake, source, entity),
                "loaded_at": loaded_at,
            }
            for source, entity, files, accepted, quarantined, loaded_at in logged
        ]


def newest_load(lake: Path, source: str) -> datetime | None:
    """When the newest file of a source entered the lake (UTC); None before the first."""
    if not any((lake / "files").glob("*.parquet")):
        return None
    with duckdb.connect() as connection:
        row = connection.execute(
            "select max(loaded_at) from read_parquet(?) where source = ?",
            [str(lake / "files" / "*.parquet"), source],
        ).fetchone()
    return row[0].replace(tzinfo=UTC) if row and row[0] else None


def _newest(
    connection: duckdb.DuckDBPyConnection, lake: Path, source: str, entity: str
) -> datetime | None:
    if entity not in _FACT_TIME:
        return None
    files = str(lake / "raw" / source / entity / "**" / "*.parquet")
    row = connection.execute(
        f"select max({_FACT_TIME[entity]}) from read_parquet(?, hive_partitioning = false)", [files]
    ).fetchone()
    return row[0] if row else None
