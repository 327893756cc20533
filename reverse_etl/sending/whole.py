"""Destinations that take whole lists only: every change is a new list in the old one's place."""

from collections.abc import Mapping
from datetime import date, timedelta

from reverse_etl.channel import Batch, Item, Operation
from reverse_etl.errors import TerminalError
from reverse_etl.ledger.batches import StateRow
from reverse_etl.planning.plan import Plan
from reverse_etl.planning.planner import build_items
from reverse_etl.planning.publication import Publication
from reverse_etl.planning.steps import PlanItem
from reverse_etl.sending.run_context import Run

RENEWED_AFTER = timedelta(days=150)
"""A list that nothing changed is sent again before a vendor forgets it, LINE after 180 days."""


def deliver_whole(run: Run, plan: Plan, run_date: date) -> None:
    """Send everybody who shall be there, where anything is to change; wait for its job.

    While a plan waits for approval, only people who must be taken off at once are: everybody else
    stays as they were. An earlier list that is still in the making is waited for: it would take the
    place of the newer one. Raises TerminalError for more people than the channel takes.
    """
    sync, ledger = run.spec.name, run.ledger
    if ledger.in_flight(sync):
        run.delivery.await_stored(ledger.open_batches(sync, "accepted"))
        if ledger.in_flight(sync):
            return
    held = ledger.active(sync)
    wants = plan.urgent if plan.is_waiting else not _is_there(run, held) or _is_old(run, held)
    if not wants:
        return
    steps, items = _staying(run, plan, held) if plan.is_waiting else _everybody(run)
    operation = Operation.REPLACE
    if not items:
        operation = Operation.REMOVE
        steps = {p: _step(p, operation, row) for p, row in held.items()}
        items = [Item(person, person, {}) for person in held]
    most = run.channel.capabilities.max_rows
    if len(items) > most:
        raise TerminalError(
            f"sync {sync}: {len(items)} people are more than the {most} that channel "
            f"{run.channel.name} takes in one list; narrow the segment"
        )
    key = f"{sync}:{run.run_id}:{ledger.batch_count(run.run_id, sync) + 1:05d}"
    run.delivery.send(Batch(key, sync, run.run_id, run_date, operation, items), steps)
    run.delivery.await_jobs()


def _is_there(run: Run, held: Mapping[str, StateRow]) -> bool:
    """Say whether the destination holds exactly the targets of the publication."""
    targets = run.found.targets
    return held.keys() == targets.keys() and all(
        row.payload_hash == targets[person].payload_hash and not row.is_dirty
        for person, row in held.items()
    )


def _is_old(run: Run, held: Mapping[str, StateRow]) -> bool:
    last = run.ledger.last_replaced(run.spec.name)
    return bool(held) and (last is None or run.clock.now() - last > RENEWED_AFTER)


def _everybody(run: Run) -> tuple[dict[str, PlanItem], list[Item]]:
    """Give all targets of the publication."""
    steps = {
        person: PlanItem(
            person,
            Operation.REPLACE,
            "replace",
            target.payload_hash,
            target.key_hash,
            target.episode,
        )
        for person, target in run.found.targets.items()
    }
    return steps, build_items(run.spec, run.folder, run.channel, run.ledger.secret, steps)


def _staying(
    run: Run, plan: Plan, held: Mapping[str, StateRow]
) -> tuple[dict[str, PlanItem], list[Item]]:
    """Give those held now but for the urgent leavers, by the addresses that were sent to.

    Whoever has no such address in the publication any more cannot be named again and drops out.
    """
    leaving = {step.person_id for step in plan.urgent}
    steps = {
        person: _step(person, Operation.REPLACE, row)
        for person, row in held.items()
        if person not in leaving
    }
    with Publication(run.folder) as publication:
        payloads = publication.contact_payloads(run.spec, sorted(steps))
    items = run.delivery.same_key(payloads, steps)
    return {person: steps[person] for person in items}, list(items.values())


def _step(person: str, operation: Operation, row: StateRow) -> PlanItem:
    is_removal = operation is Operation.REMOVE
    payload_hash = "" if is_removal else row.payload_hash
    return PlanItem(person, operation, operation.value, payload_hash, row.key_hash, row.episode)
