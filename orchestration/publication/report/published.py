"""One publication, as panels read it: what it covers, and rows by read-only SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

import duckdb

Row = TypeVar("Row")

REQUIRED = frozenset({"_publication.publication", "marts.fct_orders", "marts.customer_360"})


class ReportError(Exception):
    """The publication cannot be shown; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class About:
    """Which publication the report shows, and what it covers."""

    publication_id: str
    as_of_date: date
    published_at: datetime
    currency: str
    """Empty when the publication holds no order at all."""
    first_order_date: date | None
    orders: int
    persons: int
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SyncSummary:
    """What one sync planned and what the channel did with it."""

    sync: str
    segment: str
    channel: str
    status: str
    adds: int
    changes: int
    removals: int
    unchanged: int
    refused: tuple[tuple[str, int], ...]
    """Reason and persons, the most frequent reason first."""
    invalid: int
    delivered: int
    rejected: int
    unknown: int
    waiting_for: tuple[str, ...]
    """Codes of the breakers that hold the plan, or one sentence; empty when nothing does."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """What arrived of one entity of one source."""

    source: str
    entity: str
    files: int
    rows_accepted: int
    rows_quarantined: int
    newest_at: datetime | None
    loaded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Published:
    """A publication open for reading, with what its surroundings tell of syncs and feeds."""

    about: About
    tables: frozenset[str]
    """Names with their schema."""
    syncs: tuple[SyncSummary, ...]
    feeds: tuple[Freshness, ...]
    person_id: str | None
    """The person of the card; None lets the report choose one."""
    _connection: duckdb.DuckDBPyConnection = field(repr=False)

    @property
    def currency(self) -> str:
        """The one currency of all amounts; empty without an order."""
        return self.about.currency

    def rows(
        self, make: Callable[..., Row], sql: str, parameters: Sequence[object] = ()
    ) -> tuple[Row, ...]:
        """Give what the function makes of each row's values, in the order of the query.

        Raises:
            ReportError: a table has no such column; the publication is older than the report.
        """
        try:
            found = self._connection.execute(sql, list(parameters)).fetchall()
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            reason = str(error).partition("\n")[0]
            raise ReportError(f"{reason}: build and publish it again") from error
        return tuple(make(*row) for row in found)

    def lacks(self, tables: Sequence[str]) -> list[str]:
        """Give those of the tables that are not published."""
        return [table for table in tables if table not in self.tables]


@contextmanager
def open_publication(
    folder: Path,
    *,
    syncs: Sequence[SyncSummary] = (),
    feeds: Sequence[Freshness] = (),
    person_id: str | None = None,
) -> Iterator[Published]:
    """Open the publication in a folder for reading.

    Raises:
        ReportError: the folder has no warehouse.duckdb, or it does not say which publication it
            is, or the orders are in several currencies.
    """
    warehouse = folder / "warehouse.duckdb"
    if not warehouse.is_file():
        raise ReportError(f"{warehouse} does not exist: publish before making the report")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = _tables(connection)
        missing = sorted(REQUIRED - tables)
        if missing:
            raise ReportError(f"{warehouse} lacks {', '.join(missing)}: build and publish it again")
        yield Published(
            about=_about(connection),
            tables=tables,
            syncs=tuple(syncs),
            feeds=tuple(feeds),
            person_id=person_id,
            _connection=connection,
        )


def _tables(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    names = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables"
    ).fetchall()
    return frozenset(name for (name,) in names)


def _about(connection: duckdb.DuckDBPyConnection) -> About:
    rows = connection.execute(
        "select publication_id, as_of_date, published_at from _publication.publication"
    ).fetchall()
    if len(rows) != 1:
        raise ReportError(f"_publication.publication holds {len(rows)} rows instead of one")
    publication_id, as_of_date, published_at = rows[0]
    ((first_date, orders, sources, persons),) = connection.execute(
        """
        select
            min(ordered_date), count(*), list_sort(list(distinct source)),
            (select count(*) from marts.customer_360)
        from marts.fct_orders
        """
    ).fetchall()
    return About(
        publication_id=publication_id,
        as_of_date=as_of_date,
        published_at=published_at,
        currency=_currency(connection),
        first_order_date=first_date,
        orders=orders,
        persons=persons,
        sources=tuple(sources or ()),
    )


def _currency(connection: duckdb.DuckDBPyConnection) -> str:
    found = connection.execute(
        "select distinct currency from marts.fct_orders where currency is not null order by 1"
    ).fetchall()
    if len(found) > 1:
        names = ", ".join(currency for (currency,) in found)
        raise ReportError(f"orders are in {names}; a shop reports in one currency")
    return found[0][0] if found else ""
