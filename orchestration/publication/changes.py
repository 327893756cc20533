"""Compares what is about to be published with what is served now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from expectations.limits import row_limits
from orchestration.publication.editions import Publication

MAY_BE_EMPTY = frozenset({"segments", "policy"})
"""Schemas whose tables may lose their last row: nobody may be due today."""


@dataclass(frozen=True, slots=True)
class ChangeLimits:
    """How far a publication may move away from the one before."""

    max_growth_ratio: float = 1.0
    """More rows over rows before: 1.0 lets a table double."""
    max_shrink_ratio: float = 0.3
    """Fewer rows over rows before."""
    floor_rows: int = 100
    """A change of up to so many rows is always fine."""
    max_sales_fall_ratio: float = 0.02
    """How far net sales of the days that both publications cover may fall."""


def change_problems(
    counts: Mapping[str, int], previous: Publication, limits: ChangeLimits
) -> list[str]:
    """Say which table is gone, was emptied, or grew or shrank past its limits."""
    found = []
    for table, before in previous.row_counts().items():
        if table not in counts:
            found.append(f"table {table} is gone: it had {before:,} rows")
        elif (problem := _row_problem(table, before, counts[table], limits)) is not None:
            found.append(problem)
    return found


def _row_problem(table: str, before: int, now: int, limits: ChangeLimits) -> str | None:
    if now == 0 < before and table.split(".", maxsplit=1)[0] not in MAY_BE_EMPTY:
        return f"table {table} went from {before:,} rows to none"
    fewest, most = row_limits(
        before,
        max_growth_ratio=limits.max_growth_ratio,
        max_shrink_ratio=limits.max_shrink_ratio,
        floor=limits.floor_rows,
    )
    if fewest <= now <= most:
        return None
    return (
        f"table {table} went from {before:,} rows to {now:,};"
        f" between {fewest:,} and {most:,} are within its limits"
    )


def sales_until(
    connection: duckdb.DuckDBPyConnection, orders: str, until: date
) -> dict[str, float]:
    """Give the net sales by currency of fct_orders up to and with a day."""
    rows: Sequence[tuple[str, float]] = connection.execute(
        f"select currency, sum(net_sales)::double from {orders}"
        " where ordered_date <= ? and currency is not null and net_sales is not null group by 1",
        [until],
    ).fetchall()
    return dict(rows)


def sales_problems(
    now: Mapping[str, float], previous: Publication, until: date, limits: ChangeLimits
) -> list[str]:
    """Say whether net sales fell on the days up to `until`, which both publications cover.

    Later days are left out, so that new sales cannot hide a fall of old ones.
    """
    found = []
    for currency, before in _published_sales(previous.warehouse, until).items():
        fall = (before - now.get(currency, 0.0)) / before if before > 0 else 0.0
        if fall > limits.max_sales_fall_ratio:
            found.append(
                f"net sales of marts.fct_orders up to {until} fell by {fall:.1%}, from"
                f" {before:,.0f} to {now.get(currency, 0.0):,.0f} {currency};"
                f" a fall of {limits.max_sales_fall_ratio:.1%} is within its limits"
            )
    return found


def _published_sales(warehouse: Path, until: date) -> dict[str, float]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select 1 from information_schema.tables"
            " where table_schema = 'marts' and table_name = 'fct_orders'"
        ).fetchall()
        return sales_until(connection, "marts.fct_orders", until) if tables else {}
