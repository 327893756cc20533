"""Batches on their way: several at once where the channel allows it, each claimed beforehand."""

from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from reverse_etl.channel import Batch
from reverse_etl.ledger.batches import PlannedStep
from reverse_etl.sending.delivery import Answer, Delivery


@dataclass(frozen=True, slots=True)
class Flight:
    """One claimed batch on its way."""

    batch: Batch
    steps: Mapping[str, PlannedStep]
    answer: Future[Answer]


class Window:
    """Sends batches and ends them in the order in which they went; use it as a context manager.

    Only the calls run beside each other: the ledger is written by one thread. One batch goes
    alone first; each one that is taken doubles how many may be on their way, up to `most`, and
    one that is not leaves one, so that a run that must stop has sent as little as it can.
    """

    def __init__(self, delivery: Delivery, most: int) -> None:
        """Begin with nothing on its way; `most` is the channel's `in_flight`."""
        self._delivery = delivery
        self._most = most
        self._width = 1
        self._flights: deque[Flight] = deque()
        self._threads = ThreadPoolExecutor(most, "sending") if most > 1 else None

    def __enter__(self) -> Self:
        """Give the window."""
        return self

    def send(self, batch: Batch, steps: Mapping[str, PlannedStep]) -> None:
        """Claim a batch and let it go; waits while as many as may be are on their way.

        Raises TransientError or TerminalError for this batch or one before it.
        """
        ready = self._delivery.claim(batch, steps)
        if ready is None:
            return
        self._delivery.keep_pace(len(ready.items))
        self._flights.append(Flight(ready, steps, self._call(ready)))
        self._land_until(self._width - 1)

    def _call(self, batch: Batch) -> Future[Answer]:
        if self._threads is not None and self._width > 1:
            return self._threads.submit(self._delivery.call, batch)
        done: Future[Answer] = Future()
        done.set_result(self._delivery.call(batch))
        return done

    def _land_until(self, left: int) -> None:
        while len(self._flights) > left:
            flight = self._flights.popleft()
            is_taken = self._delivery.finish(flight.batch, flight.steps, flight.answer.result())
            self._width = min(2 * self._width, self._most) if is_taken else 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for what is on its way; after an error write down its answers and try no more."""
        try:
            if kind is None:
                self._land_until(0)
        finally:
            self._strand_all()

    def _strand_all(self) -> None:
        while self._flights:
            flight = self._flights.popleft()
            self._delivery.strand(flight.batch, flight.answer.result())
        if self._threads is not None:
            self._threads.shutdown()
