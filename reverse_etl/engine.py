"""One run of a sync: resume, plan, guard, deliver, settle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from reverse_etl.channels.base import (
    Batch,
    Channel,
    DeliveryClass,
    Item,
    JobState,
    Operation,
    Reject,
)
from reverse_etl.clock import Clock, SystemClock
from reverse_etl.delivery import Delivery, SendPolicy
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.guards import Breaker, trip_source_breakers
from reverse_etl.ledger import Ledger, StoredBatch, StoredStep
from reverse_etl.planner import Plan, PlanItem, build_items, plan_targets
from reverse_etl.publication import Publication, PublicationMissingError
from reverse_etl.spec import SyncSpec
from reverse_etl.targets import TargetSet, read_targets

JOB_PATIENCE = timedelta(hours=24)
"""An accepted job without an end for longer than this counts as unknown."""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """How a run of a sync ended, as counts; `summary` is what tables and reports show."""

    run_id: str
    plan: Plan
    is_dry_run: bool
    summary: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Run:
    """What the steps of one run share."""

    spec: SyncSpec
    folder: Path
    ledger: Ledger
    channel: Channel
    clock: Clock
    run_id: str
    found: TargetSet
    delivery: Delivery


def run_sync(
    spec: SyncSpec,
    publication: Path,
    ledger: Ledger,
    channel: Channel,
    *,
    policy: SendPolicy,
    run_id: str,
    clock: Clock | None = None,
) -> SyncResult:
    """Run one sync and give what happened; without live sends only the plan is made.

    Raises TransientError when a later run may succeed and TerminalError when a person must
    mend something; either way the ledger says what was sent.
    """
    clock = clock or SystemClock()
    unset = channel.missing()
    is_live = policy.live and unset is None
    with ledger.lease(spec.name, now=clock.now(), seconds=policy.lease_seconds) as owner:
        delivery = Delivery(spec, ledger, channel, policy, clock, owner=owner)
        found = read_targets(spec, publication, ledger, channel)
        run = _Run(spec, publication, ledger, channel, clock, run_id, found, delivery)
        held_back: frozenset[str] = frozenset()
        if is_live:
            settle_pending(spec, ledger, channel, clock=clock)
            held_back = _resume(run)
        plan = plan_targets(
            spec, found, ledger, channel, clock=clock, held_back=held_back, concerns=policy.concerns
        )
        summary = plan.summary() | {"is_dry_run": not is_live, "run_id": run_id}
        if policy.live and unset is not None and not plan.is_waiting:
            summary["waiting_reason"] = unset
        source = found.info.source if found.info else None
        ledger.start_run(
            run_id=run_id,
            summary=summary,
            source=source,
            is_dry_run=not is_live,
            now=clock.now(),
        )
        if is_live and (plan.urgent or not plan.is_waiting):
            summary = _deliver_plan(run, plan, summary)
        else:
            ledger.finish_run(run_id, summary, now=clock.now())
    return SyncResult(run_id, plan, not is_live, summary)


def _deliver_plan(run: _Run, plan: Plan, summary: dict[str, Any]) -> dict[str, Any]:
    """Send what may go now: the whole plan, or the urgent removals of one that waits."""
    unmoved: frozenset[str] = frozenset()
    try:
        sequence = run.ledger.batch_count(run.run_id, run.spec.name)
        for operation in Operation:
            sequence = _deliver_operation(run, plan, operation, sequence, unmoved)
            run.delivery.await_jobs()
            if operation is Operation.REMOVE and not plan.is_waiting:
                unmoved = _unmoved(run, plan)
        if not plan.is_waiting:
            _hand_over(run, plan)
            _learn_remote_ids(run)
            _leave_out(run, plan)
    except Exception as error:
        failed = _outcome(run, summary) | {"status": "failed", "waiting_reason": _reason(error)}
        run.ledger.finish_run(run.run_id, failed, now=run.clock.now())
        raise
    ended = _outcome(run, summary)
    ended["held"] += len(unmoved)
    if plan.is_waiting:
        ended["status"] = summary["status"]
    run.ledger.finish_run(run.run_id, ended, now=run.clock.now())
    return ended


def _unmoved(run: _Run, plan: Plan) -> frozenset[str]:
    """Give people whose old address could not be taken off: the new one must wait for that.

    To send the new one would make the ledger forget the old one, which would get mail for ever.
    """
    old = {item.person_id: item.key_hash for item in plan.items if item.kind == "re_key"}
    held = run.ledger.active(run.spec.name) if old else {}
    stays = {person for person in old if person in held and held[person].key_hash == old[person]}
    return frozenset(stays - run.ledger.in_flight(run.spec.name))


def _hand_over(run: _Run, plan: Plan) -> None:
    """Forget leavers whose place another person has taken by now."""
    leavers = {item.person_id: item.key_hash for item in plan.items if item.kind == "hand_over"}
    held = run.ledger.active(run.spec.name)
    taken = {row.key_hash for person, row in held.items() if person not in leavers}
    handed = [person for person, key_hash in leavers.items() if key_hash in taken]
    run.ledger.forget(run.spec.name, handed, now=run.clock.now())


def _leave_out(run: _Run, plan: Plan) -> None:
    """Let the channel tell the shop of rows that a run with work to do could not send."""
    if plan.items:
        rejects = [Reject(person, code) for person, code in plan.invalid]
        run.channel.leave_out(run.spec.name, run.run_id, _run_date(run, plan), rejects)


def _run_date(run: _Run, plan: Plan) -> date:
    """Give the day of a plan in the time zone of its schedule."""
    return plan.created_at.astimezone(ZoneInfo(run.spec.schedule.time_zone)).date()


def _reason(error: Exception) -> str:
    """Give our own words for an error; those of others may quote what must not be written."""
    return str(error) if isinstance(error, TransientError | TerminalError) else type(error).__name__


def _deliver_operation(
    run: _Run,
    plan: Plan,
    operation: Operation,
    sequence: int,
    unmoved: frozenset[str],
) -> int:
    steps = plan.of(operation)
    if operation is not Operation.REMOVE:
        waiting = unmoved | run.ledger.in_flight(run.spec.name)
        steps = [step for step in steps if step.person_id not in waiting]
    size = run.channel.capabilities.max_rows
    if operation is Operation.REMOVE:
        size = run.channel.capabilities.max_removals
    for start in range(0, len(steps), size or 1):
        wanted = {step.person_id: step for step in steps[start : start + size]}
        items = _items(run, operation, wanted)
        for part in _parts(items, run.channel.capabilities.max_bytes):
            sequence += 1
            key = f"{run.spec.name}:{run.run_id}:{sequence:05d}"
            batch = Batch(key, run.spec.name, run.run_id, _run_date(run, plan), operation, part)
            run.delivery.send(batch, wanted)
    return sequence


def _items(run: _Run, operation: Operation, wanted: Mapping[str, PlanItem]) -> list[Item]:
    if operation is Operation.REMOVE:
        return _removal_items(run, wanted)
    return build_items(run.spec, run.folder, run.channel, run.ledger.secret, wanted)


def _removal_items(run: _Run, wanted: Mapping[str, PlanItem]) -> list[Item]:
    """Give what names the leavers to the destination: its own ids where it has any."""
    if not run.channel.capabilities.max_lookups:
        return [Item(p, p, {}, remote_id=step.remote_id) for p, step in wanted.items()]
    items = [
        Item(person, "", {}, remote_id=step.remote_id)
        for person, step in wanted.items()
        if step.remote_id
    ]
    unnamed = {person: step for person, step in wanted.items() if not step.remote_id}
    return items + run.delivery.find_leavers(unnamed, _contacts(run, unnamed))


def _contacts(run: _Run, wanted: Mapping[str, PlanItem]) -> dict[str, Item]:
    """Give the leavers by the address that was sent to, from this publication or an older one."""
    found: dict[str, Item] = {}
    folder = run.folder.resolve()
    older = [folder.parent / name for name in run.ledger.recent_publications(run.spec.name) if name]
    for place in dict.fromkeys((folder, *older)):
        missing = sorted(wanted.keys() - found.keys())
        if not missing:
            break
        try:
            with Publication(place) as publication:
                payloads = publication.contact_payloads(run.spec, missing)
        except PublicationMissingError:
            continue
        found |= run.delivery.same_key(payloads, wanted)
    return found


def _parts(items: list[Item], max_bytes: int) -> list[list[Item]]:
    """Cut rows where the bytes of a batch would pass the limit."""
    parts: list[list[Item]] = []
    size = 0
    for item in items:
        if not parts or size + item.size > max_bytes:
            parts.append([])
            size = 0
        parts[-1].append(item)
        size += item.size
    return parts


def _learn_remote_ids(run: _Run) -> None:
    """Look up the destination's ids of people held without one, while their address is known."""
    if not run.channel.capabilities.max_lookups:
        return
    held = run.ledger.active(run.spec.name)
    targets = run.found.targets
    unnamed = [
        person
        for person, row in held.items()
        if row.remote_id is None
        and not row.is_dirty
        and person in targets
        and row.payload_hash == targets[person].payload_hash
    ]
    # Many look-ups for one reading of the publication, and little lost when one of them fails.
    size = 20 * run.channel.capabilities.max_lookups
    for start in range(0, len(unnamed), size):
        wanted = {
            person: PlanItem(
                person,
                Operation.CHANGE,
                "look_up",
                targets[person].payload_hash,
                targets[person].key_hash,
                targets[person].episode,
            )
            for person in unnamed[start : start + size]
        }
        items = build_items(run.spec, run.folder, run.channel, run.ledger.secret, wanted)
        found = run.delivery.look_up(items)
        if found is None:
            return
        run.ledger.learn_remote_ids(run.spec.name, found)


def _outcome(run: _Run, summary: Mapping[str, Any]) -> dict[str, Any]:
    """Give the summary with what became of the rows of this run."""
    counts = run.ledger.people_counts(run.run_id, run.spec.name)
    total = {s: counts.get(s, 0) for s in ("delivered", "accepted", "rejected", "unknown")}
    total["delivered"] += run.delivery.gone
    total["untraced"] = run.delivery.untraced
    if total["rejected"] or total["unknown"] or total["untraced"]:
        status = "partial"
    elif total["accepted"]:
        status = "accepted"
    else:
        status = "delivered" if total["delivered"] else "unchanged"
    return dict(summary) | total | {"status": status}


def _resume(run: _Run) -> frozenset[str]:
    """Bring batches that a broken run left claimed to an end, by the channel's class.

    Gives the people whose batch stays open: while the publication itself is in doubt nobody is
    added or changed, and a batch is kept to be sent under its own key once that has passed.
    """
    held_back: set[str] = set()
    delivery_class = run.channel.capabilities.delivery_class
    last = run.ledger.last_source(run.spec.name)
    source = run.found.info.source if run.found.info else None
    is_doubtful = bool(trip_source_breakers(run.spec.limits, source, last, now=run.clock.now()))
    for stored in run.ledger.open_batches(run.spec.name, "claimed"):
        if delivery_class is DeliveryClass.UNSAFE:
            run.ledger.doubt(stored.key, code="interrupted", now=run.clock.now())
            continue
        if source is None:
            continue
        waits = is_doubtful and stored.operation is not Operation.REMOVE
        steps = {s.person_id: s for s in stored.steps if _still_wanted(run, stored, s, waits)}
        dropped = [step.person_id for step in stored.steps if step.person_id not in steps]
        if delivery_class is DeliveryClass.KEYED and dropped:
            run.ledger.doubt(stored.key, code="interrupted", now=run.clock.now())
            continue
        run.ledger.drop(stored.key, dropped, now=run.clock.now())
        if waits:
            held_back.update(steps)
        elif steps:
            _send_again(run, stored, steps)
    return frozenset(held_back)


def _send_again(run: _Run, stored: StoredBatch, steps: Mapping[str, StoredStep]) -> None:
    """Send what is left of a batch under its first key."""
    wanted = {
        step.person_id: PlanItem(
            step.person_id,
            stored.operation,
            "resume",
            step.payload_hash,
            step.key_hash,
            step.episode,
            step.remote_id,
        )
        for step in steps.values()
    }
    items = _items(run, stored.operation, wanted)
    lost = sorted(wanted.keys() - {item.person_id for item in items})
    run.ledger.drop(stored.key, lost, now=run.clock.now())
    if items:
        run.delivery.send(stored.batch(items), wanted)
    run.delivery.await_jobs()


def _still_wanted(run: _Run, stored: StoredBatch, step: StoredStep, waits: bool) -> bool:
    target = run.found.targets.get(step.person_id)
    if stored.operation is Operation.REMOVE:
        return target is None or target.key_hash != step.key_hash
    return target is not None and (waits or target.payload_hash == step.payload_hash)


def settle_pending(
    spec: SyncSpec, ledger: Ledger, channel: Channel, *, clock: Clock | None = None
) -> int:
    """Ask once for every job that a sync waits for; give how many batches still wait."""
    clock = clock or SystemClock()
    waiting = 0
    for stored in ledger.open_batches(spec.name, "accepted"):
        items = [Item(s.person_id, "", {}, remote_id=s.remote_id) for s in stored.steps]
        try:
            result = channel.poll(stored.job or "", items)
        except TransientError:
            waiting += 1
            continue
        now = clock.now()
        match result.state:
            case JobState.COMPLETED:
                ledger.settle(stored.key, now=now)
            case JobState.FAILED:
                everybody = {item.person_id: result.code for item in items}
                ledger.settle(stored.key, rejected=everybody, code=result.code, now=now)
            case JobState.PARTIAL:
                ledger.doubt(stored.key, code=result.code, now=now)
            case JobState.PENDING if now - stored.claimed_at > JOB_PATIENCE:
                ledger.doubt(stored.key, code="job_without_end", now=now)
            case JobState.PENDING:
                waiting += 1
    return waiting


def latest_summaries(ledger: Ledger) -> list[dict[str, Any]]:
    """Give the summary of the last live run of every sync, or of its last plan without any."""
    return ledger.latest_summaries()


def send_policy(
    channel: Channel, *, live_sends: bool, concerns: Sequence[Breaker] = ()
) -> SendPolicy:
    """Give the policy of an environment: what stays on this machine is always delivered."""
    is_live = live_sends or not channel.capabilities.leaves_machine
    return replace(SendPolicy(), live=is_live, concerns=tuple(concerns))
