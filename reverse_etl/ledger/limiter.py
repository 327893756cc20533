"""One pace for an account, kept where every process sees it."""

from datetime import datetime, timedelta

from sqlalchemy import select

from reverse_etl.ledger.generation import advance
from reverse_etl.ledger.schema import ACCOUNT
from reverse_etl.ledger.store import LedgerStore


class Limiter(LedgerStore):
    """The instants from which on accounts may be asked again."""

    def book(self, account: str, seconds: float, *, now: datetime) -> float:
        """Take the next slot of an account, so many seconds long; give the seconds until it.

        Slots stand one behind another (the generic cell rate algorithm with a burst of one), so
        however many processes ask, none is early.
        """
        with self._engine.begin() as connection:
            advance(connection)
            known = select(ACCOUNT.c.free_at).where(ACCOUNT.c.account == account)
            free_at = connection.scalar(known)
            start = now if free_at is None else max(now, free_at)
            values = {"free_at": start + timedelta(seconds=seconds)}
            row = ACCOUNT.update().where(ACCOUNT.c.account == account)
            if connection.execute(row.values(**values)).rowcount == 0:
                connection.execute(ACCOUNT.insert().values(account=account, **values))
        return (start - now).total_seconds()
