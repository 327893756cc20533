"""The ledger: what was claimed, sent and acknowledged; ids and keyed hashes only."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from reverse_etl.ledger import lease as leases
from reverse_etl.ledger.events import Messages
from reverse_etl.ledger.failures import Failures
from reverse_etl.ledger.holdout import Holdouts
from reverse_etl.ledger.limiter import Limiter
from reverse_etl.ledger.provision import Provisions
from reverse_etl.ledger.retention import Retention
from reverse_etl.ledger.runs import Runs
from reverse_etl.ledger.suppression import Suppressions


class Ledger(Messages, Runs, Suppressions, Holdouts, Failures, Limiter, Provisions, Retention):
    """The state of all syncs in one database, addressed by URL."""

    def __init__(self, url: str, *, plans: Path | None = None, witness: Path | None = None) -> None:
        """Open the database and bring it to the newest version; plans are written to `plans`."""
        super().__init__(url, witness=witness)
        self.plans = plans

    @contextmanager
    def lease(self, sync: str, *, now: datetime, seconds: float) -> Iterator[str]:
        """Hold a sync alone and give the holder's name.

        Raises TransientError when another process holds it.
        """
        owner = leases.new_owner()
        leases.take(self._engine, sync, owner, now, now + timedelta(seconds=seconds))
        try:
            yield owner
        finally:
            leases.give_back(self._engine, sync, owner)

    def extend_lease(self, sync: str, *, owner: str, until: datetime, at_least: datetime) -> None:
        """Hold the lease of a sync until an instant, unless it lasts until `at_least` as it is.

        Raises TransientError when another took it.
        """
        leases.extend(self._engine, sync, owner, until, at_least)
