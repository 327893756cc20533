"""Bringing to an end what a broken run left claimed, by the class of the channel."""

from collections.abc import Mapping
from datetime import timedelta

from reverse_etl.channel import DeliveryClass, Operation
from reverse_etl.ledger.batches import StoredBatch, StoredStep
from reverse_etl.planning.guards import trip_source_breakers
from reverse_etl.planning.steps import PlanItem
from reverse_etl.sending.batching import items_of
from reverse_etl.sending.run_context import Run

KEY_LIFE = timedelta(hours=24)
"""A server is trusted to know our key for so long; a message is not sent again after it."""


def resume(run: Run) -> frozenset[str]:
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
            held_back.update(_end_unsafe(run, stored))
            continue
        if stored.operation is Operation.REPLACE:
            # A list that may have been taken is cleared away by the next one.
            run.ledger.release(stored.key, code="interrupted", now=run.clock.now())
            continue
        if source is None:
            continue
        if run.spec.is_message and run.clock.now() - stored.claimed_at > KEY_LIFE:
            run.ledger.doubt(stored.key, code="key_too_old", now=run.clock.now())
            continue
        waits = (is_doubtful or _is_quiet(run)) and stored.operation is not Operation.REMOVE
        blocked = run.ledger.suppressed_people(stored, run.found.terms) if run.found.terms else ()
        kept = (step for step in stored.steps if step.person_id not in blocked)
        steps = {s.person_id: s for s in kept if _still_wanted(run, stored, s, waits)}
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


def _is_quiet(run: Run) -> bool:
    terms = run.found.terms
    return bool(terms and terms.quiet and terms.quiet.until(run.clock.now()))


def _end_unsafe(run: Run, stored: StoredBatch) -> set[str]:
    """End a batch that must not be sent again blindly; give its people while it stays open."""
    code = "interrupted"
    if stored.handle and run.channel.capabilities.can_recall:
        is_back = run.delivery.call_back(stored.handle)
        if is_back is None:
            return {step.person_id for step in stored.steps}
        if is_back:
            run.ledger.release(stored.key, code="recalled", now=run.clock.now())
            return set()
        code = "recalled_too_late"
    run.ledger.doubt(stored.key, code=code, now=run.clock.now())
    return set()


def _send_again(run: Run, stored: StoredBatch, steps: Mapping[str, StoredStep]) -> None:
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
    items = items_of(run, stored.operation, wanted)
    lost = sorted(wanted.keys() - {item.person_id for item in items})
    run.ledger.drop(stored.key, lost, now=run.clock.now())
    if items:
        run.delivery.send(stored.batch(items), wanted, is_resumed=run.spec.is_message)
    run.delivery.await_jobs()


def _still_wanted(run: Run, stored: StoredBatch, step: StoredStep, waits: bool) -> bool:
    target = run.found.targets.get(step.person_id)
    if stored.operation is Operation.REMOVE:
        return target is None or target.key_hash != step.key_hash
    return target is not None and (waits or target.payload_hash == step.payload_hash)
