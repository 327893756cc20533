"""The time of a run: waiting without losing the lease, and the pace of an account."""

from datetime import timedelta

from reverse_etl.channel import Channel
from reverse_etl.clock import Clock
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.sending.retries import SendPolicy
from reverse_etl.spec import SyncSpec


class Pacer:
    """Lets time pass for one run of one sync."""

    def __init__(
        self,
        spec: SyncSpec,
        ledger: Ledger,
        channel: Channel,
        policy: SendPolicy,
        clock: Clock,
        *,
        owner: str,
    ) -> None:
        """Keep what a run works with; `owner` holds the lease of the sync."""
        self._spec = spec
        self._ledger = ledger
        self._channel = channel
        self._policy = policy
        self._clock = clock
        self._owner = owner

    def keep_pace(self, rows: int) -> None:
        """Wait for the account's next slot."""
        able = self._channel.capabilities
        seconds = max(
            1 / able.requests_per_second if able.requests_per_second else 0.0,
            rows / able.rows_per_second if able.rows_per_second else 0.0,
        )
        if seconds:
            wait = self._ledger.book(self._channel.name, seconds, now=self._clock.now())
            if wait > 0:
                self.wait(wait)

    def wait(self, seconds: float) -> None:
        """Let seconds pass, and keep the sync meanwhile."""
        self.extend_lease(seconds)
        self._clock.sleep(seconds)

    def extend_lease(self, seconds: float = 0.0) -> None:
        """Hold the sync for a lease more than the seconds that are about to pass.

        Raises TransientError when another process took it: then nothing more may be sent. It is
        written down anew when a third of it has passed: each writing costs the ledger a commit.
        """
        lease = timedelta(seconds=self._policy.lease_seconds)
        until = self._clock.now() + timedelta(seconds=seconds) + lease
        self._ledger.extend_lease(
            self._spec.name, owner=self._owner, until=until, at_least=until - lease / 3
        )
