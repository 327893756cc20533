"""One run of a sync: resume, plan, guard, deliver, settle."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from reverse_etl.channel import Batch, Channel, Item, JobState, Operation, Reject
from reverse_etl.clock import Clock, SystemClock
from reverse_etl.errors import TerminalError, TransientError
from reverse_etl.ledger.batches import OPEN_STATES
from reverse_etl.ledger.holdout import GLOBAL, HELD_OUT
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.planning.guards import Breaker
from reverse_etl.planning.plan import Plan
from reverse_etl.planning.planner import build_items, plan_targets
from reverse_etl.planning.steps import PlanItem
from reverse_etl.planning.targets import read_targets
from reverse_etl.sending.ahead import built_ahead
from reverse_etl.sending.batching import parts_of
from reverse_etl.sending.delivery import Delivery
from reverse_etl.sending.resume import resume
from reverse_etl.sending.retries import SendPolicy
from reverse_etl.sending.run_context import Run
from reverse_etl.sending.whole import deliver_whole
from reverse_etl.sending.window import Window
from reverse_etl.spec import SyncSpec

JOB_PATIENCE = timedelta(hours=24)
"""An accepted job without an end for longer than this counts as unknown."""


BUILD_ROWS = 10_000
"""Rows that are built from one reading of the publication, where a batch holds fewer."""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """How a run of a sync ended, as counts; `summary` is what tables and reports show."""

    run_id: str
    plan: Plan
    is_dry_run: bool
    summary: Mapping[str, Any]


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
        if is_live:
            ledger.witness.check()
        found = read_targets(spec, publication, ledger, channel)
        delivery = Delivery(spec, ledger, channel, policy, clock, owner=owner, terms=found.terms)
        run = Run(spec, publication, ledger, channel, clock, run_id, found, delivery)
        held_back: frozenset[str] = frozenset()
        if is_live:
            provision = channel.provision()
            if provision is not None:
                ledger.state_provision(spec.name, provision, purpose=spec.purpose or "")
            if any(ledger.open_batches(spec.name, state) for state in OPEN_STATES):
                settle_pending(spec, ledger, channel, clock=clock)
                held_back = resume(run)
                found.state = None
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


def _deliver_plan(run: Run, plan: Plan, summary: dict[str, Any]) -> dict[str, Any]:
    """Send what may go now: the whole plan, or the urgent removals of one that waits."""
    unmoved: frozenset[str] = frozenset()
    try:
        if run.spec.is_message:
            assign_arms(run, plan)
        if run.channel.capabilities.replaces_whole:
            deliver_whole(run, plan, _run_date(run, plan))
        else:
            unmoved = _deliver_steps(run, plan)
        if not plan.is_waiting:
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


def _deliver_steps(run: Run, plan: Plan) -> frozenset[str]:
    """Send the steps of a plan, one operation after another; give those who could not be moved."""
    unmoved: frozenset[str] = frozenset()
    sequence = run.ledger.batch_count(run.run_id, run.spec.name)
    for operation in Operation:
        sequence = _deliver_operation(run, plan, operation, sequence, unmoved)
        run.delivery.await_jobs()
        if operation is Operation.REMOVE and not plan.is_waiting:
            unmoved = _unmoved(run, plan)
    if not plan.is_waiting and not run.spec.is_message:
        _hand_over(run, plan)
        _learn_remote_ids(run)
    return unmoved


def _unmoved(run: Run, plan: Plan) -> frozenset[str]:
    """Give people whose old address could not be taken off: the new one must wait for that.

    To send the new one would make the ledger forget the old one, which would get mail for ever.
    """
    old = {item.person_id: item.key_hash for item in plan.items.of_kind("re_key")}
    held = run.ledger.active(run.spec.name) if old else {}
    stays = {person for person in old if person in held and held[person].key_hash == old[person]}
    return frozenset(stays - run.ledger.in_flight(run.spec.name))


def _hand_over(run: Run, plan: Plan) -> None:
    """Forget leavers whose place another person has taken by now."""
    leavers = {item.person_id: item.key_hash for item in plan.items.of_kind("hand_over")}
    held = run.ledger.active(run.spec.name)
    taken = {row.key_hash for person, row in held.items() if person not in leavers}
    handed = [person for person, key_hash in leavers.items() if key_hash in taken]
    run.ledger.forget(run.spec.name, handed, now=run.clock.now())


def _leave_out(run: Run, plan: Plan) -> None:
    """Let the channel tell the shop of rows that a run with work to do could not send."""
    if plan.items:
        rejects = [Reject(person, code) for person, code in plan.invalid]
        run.channel.leave_out(run.spec.name, run.run_id, _run_date(run, plan), rejects)


def _run_date(run: Run, plan: Plan) -> date:
    """Give the day of a plan in the time zone of its schedule."""
    return plan.created_at.astimezone(ZoneInfo(run.spec.schedule.time_zone)).date()


def _reason(error: Exception) -> str:
    """Give our own words for an error; those of others may quote what must not be written."""
    return str(error) if isinstance(error, TransientError | TerminalError) else type(error).__name__


def _deliver_operation(
    run: Run,
    plan: Plan,
    operation: Operation,
    sequence: int,
    unmoved: frozenset[str],
) -> int:
    steps = plan.of(operation)
    if operation is not Operation.REMOVE:
        waiting = unmoved | run.ledger.in_flight(run.spec.name)
        steps = steps.about(waiting, are_in=False) if waiting else steps
    able = run.channel.capabilities
    is_removal = operation is Operation.REMOVE
    size = (able.max_removals if is_removal else able.max_rows) or 1
    # A removal looks its people up: no more of that than is sent at once.
    built = size if is_removal else max(size, BUILD_ROWS // size * size)
    coming = built_ahead(run, operation, steps, built)
    with closing(coming), Window(run.delivery, able.in_flight) as window:
        for wanted, items in coming:
            for part in parts_of(items, size, able.max_bytes):
                sequence += 1
                key = f"{run.spec.name}:{run.run_id}:{sequence:05d}"
                batch = Batch(key, run.spec.name, run.run_id, _run_date(run, plan), operation, part)
                window.send(batch, wanted)
    return sequence


def _learn_remote_ids(run: Run) -> None:
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


def _outcome(run: Run, summary: Mapping[str, Any]) -> dict[str, Any]:
    """Give the summary with what became of the rows of this run."""
    counts = run.ledger.people_counts(run.run_id, run.spec.name)
    total = {s: counts.get(s, 0) for s in ("delivered", "accepted", "rejected", "unknown")}
    total["delivered"] += run.delivery.gone
    total["unknown"] += counts.get("claimed", 0)
    total["untraced"] = run.delivery.untraced
    if total["rejected"] or total["unknown"] or total["untraced"]:
        status = "partial"
    elif total["accepted"]:
        status = "accepted"
    else:
        status = "delivered" if total["delivered"] else "unchanged"
    left_out = dict(sorted(run.delivery.left_out.items()))
    return dict(summary) | total | {"status": status, "left_out": left_out}


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
            case JobState.EMPTIED:
                ledger.empty(stored.key, code=result.code, now=now)
            case JobState.PARTIAL:
                ledger.doubt(stored.key, code=result.code, now=now)
            case JobState.PENDING if now - stored.claimed_at > JOB_PATIENCE:
                ledger.doubt(stored.key, code="job_without_end", now=now)
            case JobState.PENDING:
                waiting += 1
    return waiting


def assign_arms(run: Run, plan: Plan) -> None:
    """Store who is held out and who is not, before anybody is sent to; a stored arm stays.

    Whom the policy holds out beyond the sync's own share is held out of everything.
    """
    if run.spec.purpose != "marketing":
        return
    now, ledger = run.clock.now(), run.ledger
    due = [item.person_id for item in plan.of(Operation.ADD)]
    held_out = [person for person, reason in plan.refused if reason == HELD_OUT]
    share = run.spec.holdout_percent
    own = ledger.assign(run.spec.message_name, [*due, *held_out], share, now=now) if share else {}
    everywhere = [person for person in held_out if own.get(person) != HELD_OUT]
    if everywhere:
        ledger.assign(GLOBAL, everywhere, 100.0, now=now)
        ledger.assign(GLOBAL, due, 0.0, now=now)


def latest_summaries(ledger: Ledger) -> list[dict[str, Any]]:
    """Give the summary of the last live run of every sync, or of its last plan without any."""
    return ledger.latest_summaries()


def send_policy(
    channel: Channel, *, live_sends: bool, concerns: Sequence[Breaker] = ()
) -> SendPolicy:
    """Give the policy of an environment: what stays on this machine is always delivered."""
    is_live = live_sends or not channel.capabilities.leaves_machine
    return replace(SendPolicy(), live=is_live, concerns=tuple(concerns))
