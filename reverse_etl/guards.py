"""Breakers: what makes a plan wait for a person, and the approval that lets it go."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from reverse_etl.errors import TerminalError
from reverse_etl.ledger import Ledger
from reverse_etl.spec import Limits


@dataclass(frozen=True, slots=True)
class Breaker:
    """One reason to wait, in words for a person."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Load:
    """The size of a plan against what the destination holds."""

    published_at: datetime | None
    source_rows: int
    refused: int
    active: int
    is_first: bool
    adds: int
    changes: int
    removals: int


def trip_breakers(limits: Limits, load: Load, *, now: datetime) -> tuple[Breaker, ...]:
    """Give every reason why this plan must wait; a limit itself is still allowed."""
    if load.published_at is None:
        message = "no publication is there to read; build and publish first"
        return (Breaker("publication_missing", message),)
    tripped: list[Breaker] = []
    age = now - load.published_at
    if age > timedelta(hours=limits.max_publication_age_hours):
        hours = age.total_seconds() / 3600
        limit = limits.max_publication_age_hours
        message = f"the publication is {hours:.1f} hours old (limit {limit:g})"
        tripped.append(Breaker("publication_stale", message))
    if load.source_rows == 0 and limits.empty_source == "approve":
        tripped.append(Breaker("empty_source", "the segment has no row"))
    if load.is_first and load.source_rows and limits.first_sync == "approve":
        message = f"first sync: {load.adds} recipients would be added"
        tripped.append(Breaker("first_sync", message))
    changed = load.adds + load.changes
    refused_of = load.source_rows
    checks = (
        ("removals", load.removals, load.active, limits.max_removed_ratio),
        ("changes", changed, load.active, limits.max_changed_ratio),
        ("refusals", load.refused, refused_of, limits.max_refused_ratio),
    )
    for what, count, base, ratio in checks:
        if base and count > ratio * base:
            message = f"{what}: {count} of {base} is {count / base:.0%} (limit {ratio:.0%})"
            tripped.append(Breaker(f"too_many_{what}", message))
    return tuple(tripped)


def approve(ledger: Ledger, plan_id: str, *, by: str, now: datetime) -> None:
    """Let exactly this plan go on its next run; raises TerminalError for an unknown plan."""
    if not by.strip():
        raise TerminalError(f"plan {plan_id}: say who approves it")
    if not ledger.approve(plan_id, by=by, now=now):
        raise TerminalError(f"plan {plan_id} does not wait for approval; list the plans first")
