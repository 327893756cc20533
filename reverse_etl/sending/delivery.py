"""Sending batches: claim, one attempt after another, settle; the only layer that retries."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from reverse_etl.channel import (
    Batch,
    BatchResult,
    Channel,
    DeliveryClass,
    Item,
    JobState,
    Operation,
    Outcome,
)
from reverse_etl.clock import Clock
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.ledger.batches import PlannedStep, StoredBatch
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.send_rules import MessageTerms
from reverse_etl.sending.questions import Questions
from reverse_etl.sending.retries import SendPolicy
from reverse_etl.spec import SyncSpec
from reverse_etl.vendors.lasting_refusals import lasting
from reverse_etl.vendors.retry_after import clamp_wait

MAX_FAILED_BATCHES = 3
ANEW = "~"
"""Stands in the key of a batch once for each time it was called back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the destination said to one attempt."""

    result: BatchResult
    asked_at: datetime
    at: datetime


class Delivery(Questions):
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
        terms: MessageTerms | None = None,
    ) -> None:
        """Begin with nothing waiting and nothing failed; `owner` holds the lease of the sync.

        `terms` are what messages must keep to; None where no messages are sent.
        """
        super().__init__(spec, ledger, channel, policy, clock, owner=owner)
        self._terms = terms
        self._on_step = policy.on_step
        self._jobs: list[tuple[str, Batch]] = []
        self._failed_batches = 0
        self.left_out: Counter[str] = Counter()
        """Messages that were planned and not sent, by code."""

    def send(
        self, batch: Batch, steps: Mapping[str, PlannedStep], *, is_resumed: bool = False
    ) -> None:
        """Deliver a batch and wait for its end; a resumed one may have been taken already.

        Raises TransientError or TerminalError after the ledger is in order.
        """
        ready = batch if is_resumed else self.claim(batch, steps)
        if ready is not None:
            self.finish(ready, steps, maybe_taken=is_resumed and self._terms is not None)

    def claim(self, batch: Batch, steps: Mapping[str, PlannedStep]) -> Batch | None:
        """Give the batch as it may be sent now, claimed; None when nobody is left in it."""
        return self._claim(batch, steps, [])

    def call(self, batch: Batch) -> Answer:
        """Make one attempt at a claimed batch; touches nothing but the channel."""
        asked_at = self._clock.now()
        result = self._channel.deliver(batch)
        return Answer(result, asked_at, self._clock.now())

    def finish(
        self,
        batch: Batch,
        steps: Mapping[str, PlannedStep],
        first: Answer | None = None,
        *,
        maybe_taken: bool = False,
    ) -> bool:
        """Bring a claimed batch to its end, beginning with its first answer where there is one.

        A refused batch is halved until only the bad rows are left out. Says whether anything of it
        was taken. Raises TransientError or TerminalError after the ledger is in order.
        """
        queue: list[Batch] = []
        is_taken = self._close(batch, self._attempt(batch, first, maybe_taken=maybe_taken), queue)
        refused_in_row = 0 if is_taken else 1
        patience = 2 * math.ceil(math.log2(len(batch.items) + 1)) + 8
        while queue:
            part = queue.pop()
            if refused_in_row >= patience:
                self._ledger.release(part.key, code="batch_refused", now=self._clock.now())
                continue
            ready = self._claim(part, steps, queue)
            if ready is None:
                continue
            if self._close(ready, self._attempt(ready), queue):
                refused_in_row, is_taken = 0, True
            else:
                refused_in_row += 1
        self._count_failure(not is_taken)
        return is_taken

    def strand(self, batch: Batch, answer: Answer) -> None:
        """Write down the answer to a batch that was on its way when its run broke off.

        Nothing is tried again: what was not taken comes back with the next run.
        """
        result, now = answer.result, self._clock.now()
        match result.outcome:
            case Outcome.DELIVERED | Outcome.ACCEPTED:
                self._close(batch, (answer, False), [])
            case Outcome.REJECTED:
                self._ledger.release(batch.key, code="not_sent", now=now)
            case Outcome.THROTTLED | Outcome.REFUSED | Outcome.DENIED:
                self._ledger.release(batch.key, code=result.code, now=now)
            case Outcome.UNKNOWN:
                pass  # It stays claimed: the next run ends it as it ends what a kill leaves.
            case _:
                assert_never(result.outcome)

    def _count_failure(self, failed: bool) -> None:
        self._failed_batches = self._failed_batches + 1 if failed else 0
        if self._failed_batches >= MAX_FAILED_BATCHES:
            raise TerminalError(
                f"sync {self._spec.name}: {MAX_FAILED_BATCHES} batches in a row failed wholly; "
                "look at the codes in sync_item, mend the mapping, run again"
            )

    def _claim(
        self, batch: Batch, steps: Mapping[str, PlannedStep], queue: list[Batch]
    ) -> Batch | None:
        """Give the batch as it may be sent now, claimed; None when nobody is left in it."""
        self.extend_lease()
        version = self._spec.mapping_version
        if self._terms is None:
            self._ledger.claim(batch, steps, mapping_version=version, now=self._clock.now())
            self._on_step("claimed")
            return batch
        if self._is_deferred(batch, steps, self._terms):
            return None
        ready = replace(batch, handle=self._prepare(batch, queue))
        self._on_step("prepared")
        now = self._clock.now()
        left_out = self._ledger.claim_messages(
            ready,
            steps,
            self._terms,
            mapping_version=version,
            now=now,
            goes_at=now + self._channel.hold,
        )
        self._on_step("claimed")
        self.left_out.update(left_out.values())
        kept = [item for item in ready.items if item.person_id not in left_out]
        return replace(ready, items=kept) if kept else None

    def _is_deferred(
        self, batch: Batch, steps: Mapping[str, PlannedStep], terms: MessageTerms
    ) -> bool:
        """Put a batch off to the end of quiet hours that hold when it would go out."""
        now = self._clock.now()
        until = terms.quiet.until(now + self._channel.hold) if terms.quiet else None
        if until is None:
            return False
        self._ledger.release(batch.key, code="quiet_hours", now=now)
        codes = self._ledger.defer_messages(batch, steps, terms, not_before=until, now=now)
        self.left_out.update(codes.values())
        return True

    def _prepare(self, batch: Batch, queue: list[Batch]) -> str:
        """Give the destination's handle; when it gives none, nothing of the rest stays claimed."""
        try:
            return self.ask(lambda: self._channel.prepare(batch))
        except (TransientError, TerminalError):
            self._release_all((batch, *queue))
            raise

    def _release_all(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            self._ledger.release(batch.key, code="not_sent", now=self._clock.now())

    def _attempt(
        self, batch: Batch, first: Answer | None = None, *, maybe_taken: bool = False
    ) -> tuple[Answer, bool]:
        """Give the last answer, and whether an earlier attempt may have been taken."""
        failures = 0
        throttled = 0.0
        while True:
            answer, first = first or self._paced_call(batch), None
            result = answer.result
            self._on_step("sent")
            if result.outcome is Outcome.THROTTLED:
                wait = self.told_wait(result.retry_after)
                # What was told while other batches were ended may be over by now.
                wait -= (self._clock.now() - answer.at).total_seconds()
                throttled += max(wait, 0.0)
                if throttled > self._policy.max_throttled_seconds:
                    return answer, maybe_taken
                if wait > 0:
                    self.wait(wait)
                continue
            if result.outcome is Outcome.UNKNOWN:
                maybe_taken = True
                if self._channel.capabilities.delivery_class is DeliveryClass.UNSAFE:
                    return answer, maybe_taken
            elif result.outcome is not Outcome.REFUSED:
                return answer, maybe_taken
            failures += 1
            if failures >= self._policy.attempts:
                return answer, maybe_taken
            self.wait(clamp_wait(result.retry_after, self._policy.backoff_seconds * 2**failures))

    def _paced_call(self, batch: Batch) -> Answer:
        self.keep_pace(len(batch.items))
        return self.call(batch)

    def _close(self, batch: Batch, attempt: tuple[Answer, bool], queue: list[Batch]) -> bool:
        """Write the outcome of a batch; say whether anything of it was taken."""
        (answer, maybe_taken), now = attempt, self._clock.now()
        result, goes_at = answer.result, answer.asked_at + self._channel.hold
        match result.outcome:
            case Outcome.DELIVERED:
                self._ledger.settle(batch.key, rejected=result.rejected, now=now, goes_at=goes_at)
                self._heed(batch, result.rejected)
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
        if batch.operation is Operation.REPLACE:
            # Half of a list would take the place of the whole.
            self._ledger.release(batch.key, code=result.code, now=now)
            raise TerminalError(
                f"sync {self._spec.name}: channel {self._channel.name} refused the whole list with "
                f"{result.code}; what it held before stays"
            )
        if maybe_taken and (self._terms is not None or len(batch.items) == 1):
            self._ledger.doubt(batch.key, code=result.code, now=now)
        elif len(batch.items) == 1:
            only = {batch.items[0].person_id: result.code}
            self._ledger.settle(batch.key, rejected=only, code=result.code, now=now)
            self._heed(batch, only)
        else:
            middle = len(batch.items) // 2
            first = replace(batch, key=f"{batch.key}.1", items=batch.items[:middle])
            second = replace(batch, key=f"{batch.key}.2", items=batch.items[middle:])
            self._ledger.split(batch, (first, second), now=now)
            queue.extend((second, first))
        self._on_step("settled")

    def _heed(self, batch: Batch, codes: Mapping[str, str]) -> None:
        """Suppress the addresses for which the vendor will never take a message again."""
        if self._terms is None:
            return
        people = {item.person_id: item for item in batch.items}
        for address, reason in lasting(people, codes).items():
            self._ledger.suppress(self._spec.medium, address, reason, self._clock.now())

    def _give_up(
        self, batch: Batch, result: BatchResult, maybe_taken: bool, queue: list[Batch]
    ) -> None:
        """Leave a batch that has no certain end; raise unless the next one may be tried."""
        is_unsafe = self._channel.capabilities.delivery_class is DeliveryClass.UNSAFE
        if maybe_taken and self._is_back(batch, result, queue):
            return
        now = self._clock.now()
        # A message that its server knows by our key stays claimed and goes again under that key.
        if maybe_taken and (self._terms is None or is_unsafe):
            self._ledger.doubt(batch.key, code=result.code, now=now)
        elif not maybe_taken:
            self._ledger.release(batch.key, code=result.code, now=now)
        self._on_step("settled")
        if result.outcome is Outcome.UNKNOWN and is_unsafe:
            return
        self._release_all(queue)
        queue.clear()
        what = f"sync {self._spec.name}: channel {self._channel.name} answered {result.code}"
        if result.outcome is Outcome.DENIED:
            raise TerminalError(f"{what}; check the key and what it may do; nothing more was sent")
        raise TransientError(f"{what} until the attempts were used up; the rest is untouched")

    def _is_back(self, batch: Batch, result: BatchResult, queue: list[Batch]) -> bool:
        """Call back what may have been taken, to send it again under another key.

        Raises TransientError when the other side does not say: the batch stays claimed.
        """
        if self._terms is None or not (batch.handle and self._channel.capabilities.can_recall):
            return False
        is_back = self.call_back(batch.handle)
        if is_back is None:
            self._release_all(queue)
            raise TransientError(
                f"sync {self._spec.name}: channel {self._channel.name} answered {result.code} and "
                "does not say whether the batch is called back; the next run asks again"
            )
        if is_back:
            self._ledger.release(batch.key, code="recalled", now=self._clock.now())
            self._on_step("settled")
            self._send_anew(batch, queue)
        return is_back

    def _send_anew(self, batch: Batch, queue: list[Batch]) -> None:
        """Queue a batch that was called back under a new key, as often as a run tries."""
        again = batch.key.count(ANEW) + 1
        if again < self._policy.attempts:
            self.wait(self._policy.backoff_seconds * 2**again)
            queue.append(replace(batch, key=f"{batch.key}{ANEW}", handle=""))

    def await_stored(self, stored: Sequence[StoredBatch]) -> None:
        """Wait for the jobs of batches that an earlier run left accepted, as for one's own."""
        for batch in stored:
            items = [Item(s.person_id, "", {}, remote_id=s.remote_id) for s in batch.steps]
            self._jobs.append((batch.job or "", batch.batch(items)))
        self.await_jobs()

    def await_jobs(self) -> None:
        """Poll the accepted batches until their jobs end or the deadline passes."""
        deadline = self._clock.now() + timedelta(seconds=self._policy.poll_deadline_seconds)
        while self._jobs:
            self._jobs = [job for job in self._jobs if not self._poll(*job)]
            if self._jobs and self._clock.now() >= deadline:
                self._jobs = []
            if self._jobs:
                self.wait(self._policy.poll_seconds)

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
            case JobState.EMPTIED:
                self._ledger.empty(batch.key, code=result.code, now=self._clock.now())
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
