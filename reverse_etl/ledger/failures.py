"""Rows that the destination refuses again and again; each runs in a transaction of its caller."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from reverse_etl.ledger.bulk import among
from reverse_etl.ledger.schema import FAILURE
from reverse_etl.ledger.store import LedgerStore

MAX_FAILURES = 5
"""A row that was refused so often is not tried again until a person releases it."""


def count(connection: Connection, sync: str, codes: Mapping[str, str], now: datetime) -> None:
    """Count one more failure of each person in `codes`."""
    for person, code in codes.items():
        known = FAILURE.update().where(FAILURE.c.sync == sync, FAILURE.c.person_id == person)
        values = {"failures": FAILURE.c.failures + 1, "code": code, "failed_at": now}
        if connection.execute(known.values(values)).rowcount == 0:
            row = {"sync": sync, "person_id": person, "failures": 1, "code": code}
            connection.execute(FAILURE.insert().values(**row, failed_at=now))


def forgive(connection: Connection, sync: str, person_ids: Sequence[str]) -> None:
    """Forget the failures of people whose row was taken."""
    rows = FAILURE.delete().where(FAILURE.c.sync == sync, among(FAILURE.c.person_id, person_ids))
    connection.execute(rows)


class Failures(LedgerStore):
    """Which rows are in quarantine, and how they come out of it."""

    def quarantined(self, sync: str) -> frozenset[str]:
        """Give the people whose row was refused too often to be tried again."""
        query = select(FAILURE.c.person_id).where(
            FAILURE.c.sync == sync, FAILURE.c.failures >= MAX_FAILURES
        )
        with self._engine.connect() as connection:
            return frozenset(connection.scalars(query))

    def release_rows(self, sync: str, *, since: datetime | None = None) -> int:
        """Let rows be tried again, those that failed since an instant or all; give how many."""
        rows = FAILURE.delete().where(FAILURE.c.sync == sync)
        if since is not None:
            rows = rows.where(FAILURE.c.failed_at >= since)
        with self._engine.begin() as connection:
            return connection.execute(rows).rowcount
