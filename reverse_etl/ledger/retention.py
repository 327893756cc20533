"""What the ledger forgets after a while, and what it never does."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from reverse_etl.ledger.message_schema import MESSAGE
from reverse_etl.ledger.schema import BATCH, ITEM, RUN
from reverse_etl.ledger.store import LedgerStore

RETENTION = timedelta(days=90)
NEVER_SENT = ("left_out", "deferred", "expired", "released")


class Retention(LedgerStore):
    """Sweeps the log; states, suppressions, assignments and sent messages stay."""

    def sweep(self, before: datetime) -> dict[str, int]:
        """Delete what ended before an instant; give how many items, batches, runs and messages.

        Kept for ever: what destinations hold, every message that was sent or may have been (no
        one gets it twice), suppressions and assignments. Kept beside: open batches, and the last
        run of every sync, delivered or not.
        """
        old = select(BATCH.c.batch_key).where(
            BATCH.c.claimed_at < before, BATCH.c.state.not_in(("claimed", "accepted"))
        )
        last = select(func.max(RUN.c.started_at)).group_by(RUN.c.sync, RUN.c.is_dry_run)
        used = select(BATCH.c.run_id)
        steps = {
            "items": ITEM.delete().where(ITEM.c.batch_key.in_(old)),
            "batches": BATCH.delete().where(BATCH.c.batch_key.in_(old)),
            "runs": RUN.delete().where(
                RUN.c.started_at < before,
                RUN.c.started_at.not_in(last),
                RUN.c.run_id.not_in(used),
            ),
            "messages": MESSAGE.delete().where(
                MESSAGE.c.state.in_(NEVER_SENT),
                MESSAGE.c.told.is_(None),
                MESSAGE.c.expires_at < before,
                MESSAGE.c.updated_at < before,
            ),
        }
        with self._engine.begin() as connection:
            return {name: connection.execute(step).rowcount for name, step in steps.items()}
