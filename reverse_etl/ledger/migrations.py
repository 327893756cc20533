"""The numbered steps that bring a ledger of any age to the newest version."""

import secrets
from collections.abc import Callable

from sqlalchemy import Column, Connection, Table, inspect, select, text
from sqlalchemy.schema import CreateColumn

from reverse_etl.ledger.message_schema import GENERATION, HOLDOUT, MESSAGE, SUPPRESSION
from reverse_etl.ledger.provision_schema import PROVISION, TERMS
from reverse_etl.ledger.schema import (
    ACCOUNT,
    APPROVAL,
    BATCH,
    FAILURE,
    ITEM,
    KEY,
    LOCK,
    RUN,
    SCHEMA_VERSION,
    STATE,
)


def _first_tables(connection: Connection) -> None:
    for table in (KEY, RUN, BATCH, ITEM, STATE, LOCK, APPROVAL):
        table.create(connection, checkfirst=True)


def _run_sources(connection: Connection) -> None:
    """Let a run say of when its data are; runs from before do not know."""
    _add_columns(connection, RUN, RUN.c.published_at, RUN.c.as_of_date)


def _messages(connection: Connection) -> None:
    """Know of every message, of who must not get one, and of who is held out."""
    for table in (MESSAGE, SUPPRESSION, HOLDOUT, GENERATION):
        table.create(connection, checkfirst=True)
    _add_columns(connection, BATCH, BATCH.c.handle)
    if connection.scalar(select(GENERATION.c.token)) is None:
        connection.execute(GENERATION.insert().values(token=secrets.token_hex(16), changes=0))


def _failures(connection: Connection) -> None:
    """Count the failures of a row, and what an account has been asked."""
    for table in (FAILURE, ACCOUNT):
        table.create(connection, checkfirst=True)


def _provisions(connection: Connection) -> None:
    """Record what third parties were given; make room for sealed removal keys."""
    for table in (TERMS, PROVISION):
        table.create(connection, checkfirst=True)
    if connection.dialect.name == "postgresql":
        # SQLite keeps to no length.
        widened = f"alter table {STATE.name} alter column remote_id type varchar(200)"
        connection.execute(text(widened))


def _departures(connection: Connection) -> None:
    """Know of each message when it goes out; one from before went when it was claimed."""
    _add_columns(connection, MESSAGE, MESSAGE.c.goes_at)
    connection.execute(MESSAGE.update().values(goes_at=MESSAGE.c.claimed_at))


MIGRATIONS: tuple[tuple[int, Callable[[Connection], None]], ...] = (
    (1, _first_tables),
    (2, _run_sources),
    (3, _messages),
    (4, _failures),
    (5, _provisions),
    (6, _departures),
)


def migrate(connection: Connection) -> None:
    """Bring a ledger of any age to the newest version, one numbered step after another."""
    SCHEMA_VERSION.create(connection, checkfirst=True)
    done = set(connection.scalars(select(SCHEMA_VERSION.c.version)))
    for version, step in MIGRATIONS:
        if version not in done:
            step(connection)
            connection.execute(SCHEMA_VERSION.insert().values(version=version))


def _add_columns(connection: Connection, table: Table, *columns: Column[object]) -> None:
    known = {column["name"] for column in inspect(connection).get_columns(table.name)}
    for column in columns:
        if column.name not in known:
            wanted = CreateColumn(column).compile(dialect=connection.dialect)
            connection.execute(text(f"alter table {table.name} add column {wanted}"))
