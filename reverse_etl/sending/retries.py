"""How hard a run tries."""

from collections.abc import Callable
from dataclasses import dataclass

from reverse_etl.planning.guards import Breaker


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
