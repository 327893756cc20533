"""The database of the ledger: opened by URL, brought to the newest version, with its secret."""

import secrets
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, select
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError

from reverse_etl.addresses.spelling import address_text
from reverse_etl.canonical import keyed_hash
from reverse_etl.errors import LedgerError
from reverse_etl.ledger.migrations import migrate
from reverse_etl.ledger.schema import KEY

_PRAGMAS = (
    "journal_mode = wal",
    "synchronous = full",
    "busy_timeout = 30000",
    # Ids are hashes, so a batch touches pages all over the file: 64 MiB of them stay in memory,
    # and they go from the log into the file after 16,000 changes of a page, not after each batch.
    "cache_size = -65536",
    "wal_autocheckpoint = 16000",
)


class LedgerStore:
    """What every part of the ledger stands on."""

    def __init__(self, url: str) -> None:
        """Open the database and bring it to the newest version."""
        self._engine = _open_engine(url)
        with self._engine.begin() as connection:
            migrate(connection)
            if connection.scalar(select(KEY.c.secret)) is None:
                connection.execute(KEY.insert().values(secret=secrets.token_bytes(32)))
            self.secret: bytes = connection.scalars(select(KEY.c.secret)).one()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def address_hash(self, address: str) -> str:
        """Give what the ledger keeps of an address."""
        return keyed_hash(address_text(address), secret=self.secret)


def _open_engine(url: str) -> Engine:
    # The values of a statement are ids and hashes of people: no error quotes them.
    engine = create_engine(url, hide_parameters=True)
    place = make_url(url).render_as_string(hide_password=True)

    def name_the_ledger(fault: ExceptionContext) -> None:
        if isinstance(fault.sqlalchemy_exception, OperationalError):
            raise LedgerError(
                f"the ledger at {place} cannot be used: {fault.original_exception}; see to its "
                "disk or server and run again: what was under way is settled first"
            ) from fault.original_exception

    event.listen(engine, "handle_error", name_the_ledger)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"pragma {pragma}")
