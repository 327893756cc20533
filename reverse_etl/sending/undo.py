"""Calling back what the last run of a sync has sent, while nobody has got it yet."""

from dataclasses import dataclass

from reverse_etl.channel import Channel
from reverse_etl.clock import Clock
from reverse_etl.errors import UnsupportedFeature
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.spec import SyncSpec

LEASE_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Undone:
    """How much of a run came back, in messages and in batches."""

    messages: int
    """Nobody gets these any more, and the sync does not send them again."""
    batches_too_late: int


def call_back_last_run(spec: SyncSpec, ledger: Ledger, channel: Channel, *, clock: Clock) -> Undone:
    """Call back every batch of the last run that sent anything.

    Raises UnsupportedFeature for a channel without an undo, TransientError while the vendor does
    not answer: what came back until then stays noted, and the rest may be asked for again.
    """
    if not channel.capabilities.can_recall:
        raise UnsupportedFeature(f"channel {channel.name} cannot call back what it has sent")
    messages, too_late = 0, 0
    with ledger.lease(spec.name, now=clock.now(), seconds=LEASE_SECONDS):
        for key, handle in ledger.last_handles(spec.name):
            if channel.recall(handle):
                messages += ledger.recalled(key, now=clock.now())
            else:
                too_late += 1
    return Undone(messages, too_late)
