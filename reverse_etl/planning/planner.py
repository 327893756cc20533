"""What a sync would do: the people a publication allows, against what the destination holds."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from reverse_etl.canonical import message_id, payload_hash
from reverse_etl.channel import Channel, Item, Row
from reverse_etl.clock import Clock
from reverse_etl.errors import TerminalError
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.planning.diff import diff
from reverse_etl.planning.guards import Breaker, Load, rebaselined, trip_breakers
from reverse_etl.planning.messages import diff_messages, people_sent
from reverse_etl.planning.plan import Plan, save_plan, urgent_removals
from reverse_etl.planning.publication import Publication
from reverse_etl.planning.steps import PlanItem, Steps
from reverse_etl.planning.targets import TargetSet, read_targets
from reverse_etl.source import Source
from reverse_etl.spec import SyncSpec

USUAL = timedelta(days=30)
"""The largest run of so many days is what a run of messages is measured by."""
SMALL_RUN = 20
"""So many messages more than in that run make nobody wait."""


def plan_sync(
    spec: SyncSpec,
    publication: Path,
    ledger: Ledger,
    channel: Channel,
    *,
    clock: Clock,
) -> Plan:
    """Give the plan of a sync now, written to the ledger's plans; makes no call."""
    found = read_targets(spec, publication, ledger, channel)
    return plan_targets(spec, found, ledger, channel, clock=clock)


def plan_targets(
    spec: SyncSpec,
    found: TargetSet,
    ledger: Ledger,
    channel: Channel,
    *,
    clock: Clock,
    held_back: frozenset[str] = frozenset(),
    concerns: Sequence[Breaker] = (),
) -> Plan:
    """Give the plan for people already read; nothing is planned for those held back."""
    now = clock.now()
    quarantined = ledger.quarantined(spec.name)
    stays = held_back | quarantined
    last = ledger.last_source(spec.name)
    if spec.is_message:
        known = ledger.messages_of(spec.message_name)
        later_only = spec.messages_of is None
        items, counts = diff_messages(found.targets, known, stays, now, later_only=later_only)
        urgent = Steps.of(())
        largest = ledger.largest_run(spec.message_name, now - USUAL)
        load = _message_load(found, counts, last, reached=people_sent(known), largest=largest)
    else:
        state = ledger.state_table(spec.name) if found.state is None else found.state
        items, counts = Steps.of(()), Counter()
        if found.info is not None:
            in_flight = ledger.in_flight(spec.name)
            delivery_class = channel.capabilities.delivery_class
            made = diff(spec, found.targets.table, state, in_flight, stays, delivery_class)
            items, counts = made.steps, made.counts
        urgent = urgent_removals(items, found.refused)
        load = _load(found, state, counts, last, urgent=len(urgent))
    counts["source_rows"] = found.source_rows
    counts["quarantined"] = len(quarantined & found.targets.keys())
    rebased_at, last_run = ledger.witness.rebased_at(), ledger.last_live_run(spec.name)
    if rebased_at is not None and (last_run is None or last_run < rebased_at):
        concerns = (*concerns, rebaselined(rebased_at))
    breakers = (*concerns, *trip_breakers(spec.limits, load, now=now))
    rest = items.about((item.person_id for item in urgent), are_in=False) if urgent else items
    plan_id = _plan_id(spec, rest, breakers)
    plan = Plan(
        plan_id=plan_id,
        spec=spec,
        publication_id=found.info.publication_id if found.info else "",
        created_at=now,
        items=items,
        counts=counts,
        refused=tuple(found.refused),
        invalid=tuple(found.invalid),
        breakers=breakers,
        approved_by=ledger.approver(plan_id),
    )
    if ledger.plans is not None:
        save_plan(plan, ledger.plans)
    return plan


def _load(
    found: TargetSet,
    state: pa.Table,
    counts: Mapping[str, int],
    last: Source | None,
    *,
    urgent: int,
) -> Load:
    """Give the size of what may wait, as if the urgent removals had been made already.

    So the plan keeps its figures, and its name, when they have gone before it is approved.
    """
    return Load(
        source=found.info.source if found.info else None,
        last_source=last,
        source_rows=found.source_rows,
        refused=len(found.refused),
        active=pc.sum(pc.equal(state["status"], "active"), min_count=0).as_py() - urgent,
        adds=counts["adds"],
        changes=counts["changes"],
        removals=counts["removals"] - urgent,
    )


def _message_load(
    found: TargetSet, counts: Mapping[str, int], last: Source | None, *, reached: int, largest: int
) -> Load:
    """Give the size of a run of messages: judged against the largest of late, not against a list.

    A few more than usual are no reason to wait.
    """
    is_small = counts["adds"] <= largest + SMALL_RUN
    return Load(
        source=found.info.source if found.info else None,
        last_source=last,
        source_rows=found.source_rows,
        refused=len(found.refused),
        active=reached,
        adds=counts["adds"],
        changes=0,
        removals=0,
        is_message=True,
        usual=None if is_small else largest,
    )


def _plan_id(spec: SyncSpec, items: Steps, breakers: tuple[Breaker, ...]) -> str:
    """Name a plan by its content, so that an approval holds for that content and no other."""
    digest = hashlib.sha256()
    digest.update(f"{spec.mapping_version}|{[breaker.code for breaker in breakers]}".encode())
    for text in items.texts():
        digest.update(text.encode())
    return f"{spec.name}-{digest.hexdigest()[:12]}"


def build_items(
    spec: SyncSpec,
    folder: Path,
    channel: Channel,
    secret: bytes,
    wanted: Mapping[str, PlanItem],
) -> list[Item]:
    """Give what is sent for steps of a plan, rebuilt from the same publication.

    Raises TerminalError when a payload is not the one that was planned.
    """
    with Publication(folder) as publication:
        payloads = publication.payloads(spec, sorted(wanted))
    items: list[Item] = []
    for person, step in wanted.items():
        payload = payloads.get(person)
        ours = message_id(spec.message_name, person, step.episode, secret=secret)
        row = Row(person, payload or {}, ours if spec.is_message else "")
        built = None if payload is None else channel.build(row)
        if (
            payload is None
            or not isinstance(built, Item)
            or (payload_hash(payload, secret=secret) != step.payload_hash)
        ):
            raise TerminalError(
                f"sync {spec.name}: the payload of person {person} is not the planned one; "
                "plan again on the present publication"
            )
        is_named = built.message_id == row.message_id
        items.append(built if is_named else replace(built, message_id=row.message_id))
    return items
