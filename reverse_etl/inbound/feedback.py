"""What a vendor's events say about addresses and about our own messages, for the next send."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from reverse_etl.ledger.events import MessageEvent
from reverse_etl.ledger.suppression import Suppression


@dataclass(frozen=True, slots=True)
class OptIn:
    """A person asked by their own act to be written to again."""

    medium: str
    address: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that one batch of events says."""

    suppressions: tuple[Suppression, ...] = ()
    opt_ins: tuple[OptIn, ...] = ()
    messages: tuple[MessageEvent, ...] = ()


class Feedback(Protocol):
    """Who hears of it at once: the delivery ledger, which is asked before every batch."""

    def suppress_all(self, suppressions: Sequence[Suppression]) -> None:
        """Note addresses that may not be sent to, at once; told twice, one is noted once."""
        ...

    def lift(self, medium: str, address: str, at: datetime) -> None:
        """Note an opt-in, which lifts what was noted before it and may be lifted."""
        ...

    def reconcile(self, events: Sequence[MessageEvent]) -> object:
        """Note what became of messages."""
        ...


def tell(feedback: Feedback, facts: Facts) -> None:
    """Tell everything, refusals first: whatever breaks off then, breaks off on the safe side.

    Of several refusals of one kind the latest is told, since it is the one that decides.
    """
    latest: dict[tuple[str, str, str], Suppression] = {}
    for one in facts.suppressions:
        known = latest.get((one.medium, one.address, one.reason))
        if known is None or known.at < one.at:
            latest[one.medium, one.address, one.reason] = one
    feedback.suppress_all(list(latest.values()))
    for opt_in in facts.opt_ins:
        feedback.lift(opt_in.medium, opt_in.address, opt_in.at)
    if facts.messages:
        feedback.reconcile(facts.messages)
