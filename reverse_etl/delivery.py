"""Sending batches: claim, one attempt after another, settle; the only layer that retries."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import assert_never

from reverse_etl.canonical import Value, keyed_hash
from reverse_etl.channels.base import (
    Batch,
    BatchResult,
    Channel,
    DeliveryClass,
    Item,
    JobState,
    Outcome,
    Row,
)
from reverse_etl.clock import Clock
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.guards import Breaker
from reverse_etl.ledger import Ledger, PlannedStep
from reverse_etl.retry_after import clamp_wait
from reverse_etl.spec import SyncSpec

MAX_FAILED_BATCHES = 3


def _unheard(_step: str) -> None:
    """Let a step pass."""


@dataclass(frozen=True, slots=True)
class SendPolicy:
    """How hard a run tries; times in seconds."""

    live: bool = False
    concerns: tuple[Breaker, ...] = ()
    """What speaks against sending from outside, a failed gate for example: the plan waits."""
    attempts: int = 4
    backoff_seconds: float = 1.0
    max_throttled_seconds: float = 1800.0
    """All waits that the destination asked for in one batch."""
    poll_seconds: float = 5.0
    poll_deadline_seconds: float = 600.0
    """A job without an end by then stays accepted and is polled by a later run."""
    lease_seconds: float = 900.0
    on_step: Callable[[str], None] = _unheard
    """Hears every step of a batch: claimed, sent, accepted, polled, settled."""


class Delivery:
    """Delivers the batches of one run, in the order in which they are given."""

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
        """Begin with nothing waiting and nothing failed; `owner` holds the lease of the sync."""
        self._spec = spec
        self._ledger = ledger
        self._channel = channel
        self._policy = policy
        self._clock = clock
        self._owner = owner
        self._on_step = policy.on_step
        self._jobs: list[tuple[str, Batch]] = []
        self._failed_batches = 0
        self.gone = 0
        """Leavers whom the destination no longer held."""
        self.untraced = 0
        """Leavers whom neither a remote id nor a known address leads to."""

    def send(self, batch: Batch, steps: Mapping[str, PlannedStep]) -> None:
        """Deliver a batch; a refused one is halved until only the bad rows are left out.

        Raises TransientError or TerminalError after the ledger is in order.
        """
        queue = [batch]
        refused_in_row = 0
        patience = 2 * math.ceil(math.log2(len(batch.items) + 1)) + 8
        accepted_any = False
        while queue:
            part = queue.pop()
            if refused_in_row < patience:
                result = self._claim_and_attempt(part, steps)
                if self._close(part, result, queue):
                    refused_in_row, accepted_any = 0, True
                else:
                    refused_in_row += 1
            else:
                self._ledger.release(part.key, code="batch_refused", now=self._clock.now())
        self._count_failure(not accepted_any)

    def _count_failure(self, failed: bool) -> None:
        self._failed_batches = self._failed_batches + 1 if failed else 0
        if self._failed_batches >= MAX_FAILED_BATCHES:
            raise TerminalError(
                f"sync {self._spec.name}: {MAX_FAILED_BATCHES} batches in a row failed wholly; "
                "look at the codes in sync_item, mend the mapping, run again"
            )

    def _claim_and_attempt(
        self, batch: Batch, steps: Mapping[str, PlannedStep]
    ) -> tuple[BatchResult, bool]:
        self._extend_lease()
        version = self._spec.mapping_version
        self._ledger.claim(batch, steps, mapping_version=version, now=self._clock.now())
        self._on_step("claimed")
        return self._attempt(batch)

    def _attempt(self, batch: Batch) -> tuple[BatchResult, bool]:
        """Give the last answer, and whether an earlier attempt may have been taken."""
        maybe_taken = False
        failures = 0
        throttled = 0.0
        while True:
            result = self._channel.deliver(batch)
            self._on_step("sent")
            if result.outcome is Outcome.THROTTLED:
                # A wait of zero would let a destination that says so drive us in circles.
                asked = clamp_wait(result.retry_after, self._policy.backoff_seconds)
                wait = asked or self._policy.backoff_seconds
                throttled += wait
                if throttled > self._policy.max_throttled_seconds:
                    return result, maybe_taken
                self._wait(wait)
                continue
            if result.outcome is Outcome.UNKNOWN:
                maybe_taken = True
                if self._channel.capabilities.delivery_class is DeliveryClass.UNSAFE:
                    return result, maybe_taken
            elif result.outcome is not Outcome.REFUSED:
                return result, maybe_taken
            failures += 1
            if failures >= self._policy.attempts:
                return result, maybe_taken
            self._wait(clamp_wait(result.retry_after, self._policy.backoff_seconds * 2**failures))

    def _wait(self, seconds: float) -> None:
        self._extend_lease(seconds)
        self._clock.sleep(seconds)

    def _extend_lease(self, seconds: float = 0.0) -> None:
        """Hold the sync for a lease more than the seconds that are about to pass.

        Raises TransientError when another process took it: then nothing more may be sent.
        """
        until = self._clock.now() + timedelta(seconds=seconds + self._policy.lease_seconds)
        self._ledger.extend_lease(self._spec.name, owner=self._owner, until=until)

    def _close(self, batch: Batch, attempt: tuple[BatchResult, bool], queue: list[Batch]) -> bool:
        """Write the outcome of a batch; say whether anything of it was taken."""
        result, maybe_taken = attempt
        now = self._clock.now()
        match result.outcome:
            case Outcome.DELIVERED:
                self._ledger.settle(batch.key, rejected=result.rejected, now=now)
                self._on_step("settled")
                return len(result.rejected) < len(batch.items)
            case Outcome.ACCEPTED:
                job = result.job or ""
                self._ledger.accept(batch.key, job, now=now)
                self._on_step("accepted")
                self._jobs.append((job, batch))
                return True
            case Outcome.REJECTED:
                self._refuse(batch, result, maybe_taken, queue)
                return False
            case Outcome.UNKNOWN | Outcome.REFUSED | Outcome.THROTTLED | Outcome.DENIED:
                self._give_up(batch, result, maybe_taken, queue)
                return False
            case _:
                assert_never(result.outcome)

    def _refuse(
        self, batch: Batch, result: BatchResult, maybe_taken: bool, queue: list[Batch]
    ) -> None:
        now = self._clock.now()
        if maybe_taken and len(batch.items) == 1:
            self._ledger.doubt(batch.key, code=result.code, now=now)
        elif len(batch.items) == 1:
            only = {batch.items[0].person_id: result.code}
            self._ledger.settle(batch.key, rejected=only, code=result.code, now=now)
        else:
            middle = len(batch.items) // 2
            first = replace(batch, key=f"{batch.key}.1", items=batch.items[:middle])
            second = replace(batch, key=f"{batch.key}.2", items=batch.items[middle:])
            self._ledger.split(batch, (first, second), now=now)
            queue.extend((second, first))
        self._on_step("settled")

    def _give_up(
        self, batch: Batch, result: BatchResult, maybe_taken: bool, queue: list[Batch]
    ) -> None:
        """Leave a batch that has no certain end; raise unless the next one may be tried."""
        now = self._clock.now()
        if maybe_taken:
            self._ledger.doubt(batch.key, code=result.code, now=now)
        else:
            self._ledger.release(batch.key, code=result.code, now=now)
        self._on_step("settled")
        is_unsafe = self._channel.capabilities.delivery_class is DeliveryClass.UNSAFE
        if result.outcome is Outcome.UNKNOWN and is_unsafe:
            return
        for part in queue:
            self._ledger.release(part.key, code="not_sent", now=now)
        queue.clear()
        what = f"sync {self._spec.name}: channel {self._channel.name} answered {result.code}"
        if result.outcome is Outcome.DENIED:
            raise TerminalError(f"{what}; check the key and what it may do; nothing more was sent")
        raise TransientError(f"{what} until the attempts were used up; the rest is untouched")

    def await_jobs(self) -> None:
        """Poll the accepted batches until their jobs end or the deadline passes."""
        deadline = self._clock.now() + timedelta(seconds=self._policy.poll_deadline_seconds)
        while self._jobs:
            self._jobs = [job for job in self._jobs if not self._poll(*job)]
            if self._jobs and self._clock.now() >= deadline:
                self._jobs = []
            if self._jobs:
                self._wait(self._policy.poll_seconds)

    def _poll(self, job: str, batch: Batch) -> bool:
        """Settle a batch whose job has ended; say whether it has."""
        try:
            result = self._channel.poll(job, batch.items)
        except TransientError:
            return False
        self._on_step("polled")
        match result.state:
            case JobState.PENDING:
                return False
            case JobState.COMPLETED:
                self._ledger.settle(batch.key, now=self._clock.now())
            case JobState.FAILED:
                everybody = {item.person_id: result.code for item in batch.items}
                now = self._clock.now()
                self._ledger.settle(batch.key, rejected=everybody, code=result.code, now=now)
            case JobState.PARTIAL:
                self._settle_partial(batch, result.code)
            case _:
                assert_never(result.state)
        self._on_step("settled")
        return True

    def _settle_partial(self, batch: Batch, code: str) -> None:
        """Find out who of a half-failed job arrived."""
        found = self.look_up(batch.items)
        now = self._clock.now()
        if found is None:
            self._ledger.doubt(batch.key, code=code, now=now)
            return
        absent = {item.person_id: code for item in batch.items if item.person_id not in found}
        self._ledger.settle(batch.key, rejected=absent, code=code, now=now)
        self._ledger.learn_remote_ids(self._spec.name, found)

    def look_up(self, items: Sequence[Item]) -> dict[str, str] | None:
        """Give person_id → remote id of those found, or None when the destination is away."""
        size = self._channel.capabilities.max_lookups
        if not size:
            return None
        found: dict[str, str] = {}
        for start in range(0, len(items), size):
            part = self._locate(items[start : start + size])
            if part is None:
                return None
            found.update(part)
        return found

    def _locate(self, items: Sequence[Item]) -> Mapping[str, str] | None:
        throttled = 0.0
        for attempt in range(self._policy.attempts):
            self._extend_lease()
            try:
                return self._channel.locate(items)
            except TransientError as error:
                wait = clamp_wait(error.retry_after, self._policy.backoff_seconds * 2**attempt)
                throttled += wait
                if throttled > self._policy.max_throttled_seconds:
                    break
                self._wait(wait)
        return None

    def same_key(
        self, payloads: Mapping[str, Mapping[str, Value]], steps: Mapping[str, PlannedStep]
    ) -> dict[str, Item]:
        """Give the people whose present data leads to the key that was sent to."""
        same: dict[str, Item] = {}
        for person, payload in payloads.items():
            built = self._channel.build(Row(person, payload))
            if not isinstance(built, Item):
                continue
            if keyed_hash(built.key, secret=self._ledger.secret) == steps[person].key_hash:
                same[person] = built
        return same

    def find_leavers(
        self, steps: Mapping[str, PlannedStep], known: Mapping[str, Item]
    ) -> list[Item]:
        """Give leavers with the remote id found by their address; those gone are noted so.

        Raises TransientError when the destination cannot be asked.
        """
        found = self.look_up(list(known.values())) if known else {}
        if found is None:
            raise TransientError(
                f"sync {self._spec.name}: channel {self._channel.name} cannot be asked who left"
            )
        gone = [person for person in known if person not in found]
        self.gone += len(gone)
        self.untraced += len(steps) - len(known)
        self._ledger.forget(self._spec.name, gone, now=self._clock.now())
        return [replace(known[p], remote_id=remote_id) for p, remote_id in found.items()]
