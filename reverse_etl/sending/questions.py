"""What a run asks a destination beside its batches: who is there, and please give that back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from reverse_etl.canonical import Value, keyed_hash
from reverse_etl.channel import Item, Row
from reverse_etl.errors import TransientError
from reverse_etl.ledger.batches import PlannedStep
from reverse_etl.sending.pacing import Pacer
from reverse_etl.vendors.retry_after import clamp_wait

Told = TypeVar("Told")


class Questions(Pacer):
    """Asks with the same patience with which batches are sent."""

    gone = 0
    """Leavers whom the destination no longer held."""
    untraced = 0
    """Leavers whom neither a remote id nor a known address leads to."""

    def ask(self, question: Callable[[], Told]) -> Told:
        """Give the answer to a question that may be asked again; a wait told us is no attempt.

        Raises the last TransientError when the attempts, or the waits together, are used up.
        """
        failures, throttled = 0, 0.0
        while True:
            self.extend_lease()
            try:
                return question()
            except TransientError as error:
                if error.is_throttled:
                    wait = self.told_wait(error.retry_after)
                    throttled += wait
                else:
                    failures += 1
                    backoff = self._policy.backoff_seconds * 2**failures
                    wait = clamp_wait(error.retry_after, backoff)
                is_used_up = throttled > self._policy.max_throttled_seconds
                if is_used_up or failures >= self._policy.attempts:
                    raise
            self.wait(wait)

    def told_wait(self, asked: float | None) -> float:
        """Give the seconds to wait for a destination that told us to; never none.

        A wait of zero would let a destination that says so drive us in circles.
        """
        backoff = self._policy.backoff_seconds
        return clamp_wait(asked, backoff) or backoff

    def call_back(self, handle: str) -> bool | None:
        """Call a batch back: True when nobody will get it, None while the other side is away."""
        try:
            return self.ask(lambda: self._channel.recall(handle))
        except TransientError:
            return None

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
        try:
            return self.ask(lambda: self._channel.locate(items))
        except TransientError:
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
