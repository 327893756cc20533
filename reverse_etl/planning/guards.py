"""Breakers: what makes a plan wait for a person, and the approval that lets it go."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from reverse_etl.errors import TerminalError
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.source import Source
from reverse_etl.spec import Limits


@dataclass(frozen=True, slots=True)
class Breaker:
    """One reason to wait, in words for a person."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Load:
    """The size of a plan against what the destination holds."""

    source: Source | None
    """What the plan was made on; None when there is no publication."""
    last_source: Source | None
    """What the last delivery of the sync was made on."""
    source_rows: int
    refused: int
    active: int
    adds: int
    changes: int
    removals: int
    is_message: bool = False
    usual: int | None = None
    """Messages of the largest run of late, where this one is to be measured by it."""

    @property
    def is_first(self) -> bool:
        """Say whether the destination holds nobody: never filled, or emptied since."""
        return self.active == 0


def trip_source_breakers(
    limits: Limits, source: Source | None, last: Source | None, *, now: datetime
) -> tuple[Breaker, ...]:
    """Give every reason not to trust the publication itself; a limit itself is still allowed."""
    if source is None:
        message = "no publication is there to read; build and publish first"
        return (Breaker("publication_missing", message),)
    tripped: list[Breaker] = []
    age = now - source.published_at
    if age > timedelta(hours=limits.max_publication_age_hours):
        hours = age.total_seconds() / 3600
        limit = limits.max_publication_age_hours
        message = f"the publication is {hours:.1f} hours old (limit {limit:g})"
        tripped.append(Breaker("publication_stale", message))
    if last and (source.published_at < last.published_at or source.as_of_date < last.as_of_date):
        message = (
            f"the publication ({source}) is older than the one last delivered ({last}): "
            "people who left since could be added again"
        )
        tripped.append(Breaker("older_publication", message))
    behind = (source.published_at.date() - source.as_of_date).days
    days = limits.max_as_of_age_days
    if days is not None and behind > days:
        message = f"the data end {behind} days before their publication (limit {days})"
        tripped.append(Breaker("stale_data", message))
    return tuple(tripped)


def trip_breakers(limits: Limits, load: Load, *, now: datetime) -> tuple[Breaker, ...]:
    """Give every reason why this plan must wait; a limit itself is still allowed."""
    tripped = list(trip_source_breakers(limits, load.source, load.last_source, now=now))
    if load.source is None:
        return tuple(tripped)
    if load.source_rows == 0 and limits.empty_source == "approve":
        tripped.append(Breaker("empty_source", "the segment has no row"))
    if load.is_first and load.source_rows and limits.first_sync == "approve":
        message = f"first sync: {load.adds} recipients would be added"
        tripped.append(Breaker("first_sync", message))
    # Against a base of nobody every change is a first one, and first_sync has judged it.
    changed = 0 if load.is_first or load.is_message else load.adds + load.changes
    tripped.extend(_over_usual(limits, load))
    tripped.extend(_over_budget(limits, load))
    checks = (
        ("removals", load.removals, load.active, limits.max_removed_ratio),
        ("changes", changed, load.active, limits.max_changed_ratio),
        ("refusals", load.refused, load.source_rows, limits.max_refused_ratio),
    )
    for what, count, base, ratio in checks:
        if count > ratio * base:
            share = f" is {count / base:.0%}" if base else ""
            message = f"{what}: {count} of {base}{share} (limit {ratio:.0%})"
            tripped.append(Breaker(f"too_many_{what}", message))
    return tuple(tripped)


def _over_usual(limits: Limits, load: Load) -> tuple[Breaker, ...]:
    if load.usual is None or load.is_first:
        return ()
    if load.adds <= (1 + limits.max_changed_ratio) * load.usual:
        return ()
    message = f"{load.adds} messages, where the largest run of 30 days had {load.usual}"
    return (Breaker("too_many_messages", message),)


def _over_budget(limits: Limits, load: Load) -> tuple[Breaker, ...]:
    if limits.price_jpy is None or limits.max_cost_jpy is None:
        return ()
    cost = limits.price_jpy * (load.adds + load.changes)
    if cost <= limits.max_cost_jpy:
        return ()
    message = f"it would cost {cost:,.0f} yen (limit {limits.max_cost_jpy:,.0f})"
    return (Breaker("over_budget", message),)


def rebaselined(at: datetime) -> Breaker:
    """Give why a sync waits after its ledger was taken as it was."""
    message = (
        f"the ledger was taken as it was on {at:%Y-%m-%d %H:%M} UTC: what was sent after its copy "
        "was made is not known; look at whom the plan reaches"
    )
    return Breaker("rebaselined", message)


def approve(ledger: Ledger, plan_id: str, *, by: str, now: datetime) -> None:
    """Let exactly this plan go on its next run; raises TerminalError for an unknown plan."""
    if not by.strip():
        raise TerminalError(f"plan {plan_id}: say who approves it")
    if not ledger.approve(plan_id, by=by, now=now):
        raise TerminalError(f"plan {plan_id} does not wait for approval; list the plans first")
