"""What a sync would do: the people a publication allows, against what the destination holds."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from reverse_etl.canonical import message_id, payload_hash
from reverse_etl.channel import Channel, DeliveryClass, Item, Operation, Row
from reverse_etl.clock import Clock
from reverse_etl.errors import TerminalError
from reverse_etl.ledger.batches import StateRow
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.planning.guards import Breaker, Load, rebaselined, trip_breakers
from reverse_etl.planning.messages import diff_messages, people_sent
from reverse_etl.planning.plan import Plan, PlanItem, save_plan, urgent_removals
from reverse_etl.planning.publication import Publication
from reverse_etl.planning.targets import Target, TargetSet, read_targets
from reverse_etl.source import Source
from reverse_etl.spec import SyncSpec

USUAL = timedelta(days=30)
"""The largest run of so many days is what a run of messages is measured by."""
SMALL_RUN = 20
"""So many messages more than in that run make nobody wait."""


def diff(
    spec: SyncSpec,
    targets: Mapping[str, Target],
    state: Mapping[str, StateRow],
    in_flight: frozenset[str],
    held_back: frozenset[str],
    delivery_class: DeliveryClass,
) -> tuple[list[PlanItem], Counter[str]]:
    """Give the steps from what the destination may hold to what it shall hold, and counts."""
    counts: Counter[str] = Counter()
    items: list[PlanItem] = []
    keys = {target.key_hash for target in targets.values()}
    for person in sorted(targets):
        held = state.get(person)
        if person in in_flight:
            counts["in_flight"] += 1
        elif person in held_back or _is_undecided(held, delivery_class):
            counts["held"] += 1
        else:
            _plan_target(spec, person, targets[person], held, keys, items, counts)
    for person in sorted(state.keys() - targets.keys()):
        held = state[person]
        if held.status == "removed":
            continue
        if person in in_flight:
            counts["in_flight"] += 1
        elif spec.on_exit == "keep":
            counts["kept"] += 1
        elif _is_undecided(held, delivery_class):
            counts["held"] += 1
        else:
            kind = "hand_over" if held.key_hash in keys else "remove"
            items.append(_removal(person, held, kind))
            counts["removals" if kind == "remove" else "handed_over"] += 1
    return items, counts


def _is_undecided(held: StateRow | None, delivery_class: DeliveryClass) -> bool:
    """Say whether somebody must decide what became of a person's last step."""
    return held is not None and held.is_dirty and delivery_class is DeliveryClass.UNSAFE


def _plan_target(
    spec: SyncSpec,
    person: str,
    target: Target,
    held: StateRow | None,
    keys: set[str],
    items: list[PlanItem],
    counts: Counter[str],
) -> None:
    kind = _target_kind(spec, target, held)
    if kind is None:
        counts["unchanged"] += 1
        return
    moved = held is not None and held.status == "active" and held.key_hash != target.key_hash
    if held and moved and spec.mode == "mirror" and held.key_hash not in keys:
        items.append(_removal(person, held, "re_key"))
    operation = Operation.CHANGE if kind == "change" else Operation.ADD
    counts["changes" if kind == "change" else "adds"] += 1
    counts["re_entered"] += kind == "re_enter"
    remote_id = held.remote_id if held and not moved else None
    items.append(
        PlanItem(
            person, operation, kind, target.payload_hash, target.key_hash, target.episode, remote_id
        )
    )


def _target_kind(spec: SyncSpec, target: Target, held: StateRow | None) -> str | None:
    """Give add, re_enter or change, or None when the destination holds the person as wanted."""
    if held is None:
        return "add"
    if held.status == "removed":
        return "re_enter"
    if held.is_dirty:
        return "change" if held.payload_hash else "add"
    if spec.mode == "add_only":
        # Only a later entry is a new one; one that moves back is the old lapse, dated anew.
        return "re_enter" if target.episode > held.episode else None
    same = (held.payload_hash, held.key_hash, held.mapping_version) == (
        target.payload_hash,
        target.key_hash,
        spec.mapping_version,
    )
    return None if same else "change"


def _removal(person: str, held: StateRow, kind: str) -> PlanItem:
    return PlanItem(person, Operation.REMOVE, kind, "", held.key_hash, held.episode, held.remote_id)


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
        items, counts = diff_messages(
            found.targets, known, stays, now, later_only=spec.messages_of is None
        )
        urgent: tuple[PlanItem, ...] = ()
        largest = ledger.largest_run(spec.message_name, now - USUAL)
        load = _message_load(found, counts, last, reached=people_sent(known), largest=largest)
    else:
        state = ledger.state(spec.name)
        in_flight = ledger.in_flight(spec.name)
        delivery_class = channel.capabilities.delivery_class
        items, counts = [], Counter()
        if found.info is not None:
            items, counts = diff(spec, found.targets, state, in_flight, stays, delivery_class)
        urgent = urgent_removals(items, found.refused)
        load = _load(found, state, counts, last, urgent=len(urgent))
    counts["source_rows"] = found.source_rows
    counts["quarantined"] = len(quarantined & found.targets.keys())
    rebased_at, last_run = ledger.witness.rebased_at(), ledger.last_live_run(spec.name)
    if rebased_at is not None and (last_run is None or last_run < rebased_at):
        concerns = (*concerns, rebaselined(rebased_at))
    breakers = (*concerns, *trip_breakers(spec.limits, load, now=now))
    gone = {item.person_id for item in urgent}
    plan_id = _plan_id(spec, [item for item in items if item.person_id not in gone], breakers)
    plan = Plan(
        plan_id=plan_id,
        spec=spec,
        publication_id=found.info.publication_id if found.info else "",
        created_at=now,
        items=tuple(items),
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
    state: Mapping[str, StateRow],
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
        active=sum(row.status == "active" for row in state.values()) - urgent,
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


def _plan_id(spec: SyncSpec, items: list[PlanItem], breakers: tuple[Breaker, ...]) -> str:
    """Name a plan by its content, so that an approval holds for that content and no other."""
    digest = hashlib.sha256()
    digest.update(f"{spec.mapping_version}|{[breaker.code for breaker in breakers]}".encode())
    for item in items:
        digest.update(f"|{item.person_id}|{item.kind}|{item.payload_hash}".encode())
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
        items.append(replace(built, message_id=row.message_id))
    return items
