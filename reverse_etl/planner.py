"""What a sync would do: the people a publication allows, against what the destination holds."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from reverse_etl.canonical import payload_hash
from reverse_etl.channels.base import Channel, DeliveryClass, Item, Operation, Row
from reverse_etl.clock import Clock
from reverse_etl.errors import TerminalError
from reverse_etl.guards import Breaker, Load, trip_breakers
from reverse_etl.ledger import Ledger, StateRow
from reverse_etl.publication import Publication, Source
from reverse_etl.spec import SyncSpec
from reverse_etl.targets import Target, TargetSet, read_targets


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One step of a plan, without personal data."""

    person_id: str
    operation: Operation
    kind: str
    """add, change, re_enter, remove, re_key (the old address of a changed one) or hand_over."""
    payload_hash: str
    key_hash: str
    episode: str
    remote_id: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync would do now, and what makes it wait."""

    plan_id: str
    spec: SyncSpec
    publication_id: str
    created_at: datetime
    items: tuple[PlanItem, ...]
    counts: Mapping[str, int]
    refused: tuple[tuple[str, str], ...]
    invalid: tuple[tuple[str, str], ...]
    breakers: tuple[Breaker, ...]
    approved_by: str | None

    @property
    def is_waiting(self) -> bool:
        """Say whether a person must approve before anything is sent."""
        return bool(self.breakers) and self.approved_by is None

    @property
    def urgent(self) -> tuple[PlanItem, ...]:
        """Give the removals of people the policy refuses: they go even while the plan waits."""
        return _urgent(self.items, self.refused)

    def of(self, operation: Operation) -> list[PlanItem]:
        """Give the steps of one operation that need a call and may go now."""
        items = self.urgent if self.is_waiting else self.items
        chosen = (item for item in items if item.operation is operation)
        return [item for item in chosen if item.kind != "hand_over"]

    def summary(self) -> dict[str, Any]:
        """Give the plan's counts for tables and reports; what was sent is zero."""
        return {
            "sync": self.spec.name,
            "segment": self.spec.segment,
            "channel": self.spec.channel,
            "status": "awaiting_approval" if self.is_waiting else "planned",
            "plan_id": self.plan_id,
            "publication_id": self.publication_id,
            "source_rows": self.counts["source_rows"],
            "adds": self.counts["adds"],
            "changes": self.counts["changes"],
            "removals": self.counts["removals"],
            "unchanged": self.counts["unchanged"],
            "kept": self.counts["kept"],
            "in_flight": self.counts["in_flight"],
            "held": self.counts["held"],
            "refused": dict(sorted(Counter(reason for _, reason in self.refused).items())),
            "invalid": dict(sorted(Counter(code for _, code in self.invalid).items())),
            "delivered": 0,
            "accepted": 0,
            "rejected": 0,
            "unknown": 0,
            "untraced": 0,
            "waiting_reason": "; ".join(b.message for b in self.breakers)
            if self.is_waiting
            else "",
            "waiting_codes": [b.code for b in self.breakers] if self.is_waiting else [],
        }


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
    state = ledger.state(spec.name)
    in_flight = ledger.in_flight(spec.name)
    delivery_class = channel.capabilities.delivery_class
    items: list[PlanItem] = []
    counts: Counter[str] = Counter()
    if found.info is not None:
        items, counts = diff(spec, found.targets, state, in_flight, held_back, delivery_class)
    counts["source_rows"] = found.source_rows
    urgent = _urgent(items, found.refused)
    now = clock.now()
    load = _load(found, state, counts, ledger.last_source(spec.name), urgent=len(urgent))
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


def _urgent(items: Sequence[PlanItem], refused: Sequence[tuple[str, str]]) -> tuple[PlanItem, ...]:
    people = {person for person, _ in refused}
    return tuple(item for item in items if item.kind == "remove" and item.person_id in people)


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


def _plan_id(spec: SyncSpec, items: list[PlanItem], breakers: tuple[Breaker, ...]) -> str:
    """Name a plan by its content, so that an approval holds for that content and no other."""
    digest = hashlib.sha256()
    digest.update(f"{spec.mapping_version}|{[breaker.code for breaker in breakers]}".encode())
    for item in items:
        digest.update(f"|{item.person_id}|{item.kind}|{item.payload_hash}".encode())
    return f"{spec.name}-{digest.hexdigest()[:12]}"


def save_plan(plan: Plan, folder: Path) -> Path:
    """Write the plan as JSON without personal data and give its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{plan.plan_id}.json"
    body = {
        "summary": plan.summary(),
        "mapping_version": plan.spec.mapping_version,
        "created_at": plan.created_at.isoformat(),
        "approved_by": plan.approved_by,
        "breakers": [{"code": b.code, "message": b.message} for b in plan.breakers],
        "items": [
            {"person_id": i.person_id, "operation": i.kind, "payload_hash": i.payload_hash}
            for i in plan.items
        ],
        "refused": [{"person_id": person, "reason": reason} for person, reason in plan.refused],
        "invalid": [{"person_id": person, "code": code} for person, code in plan.invalid],
    }
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
    temporary.replace(path)
    return path


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
        built = None if payload is None else channel.build(Row(person, payload))
        if (
            payload is None
            or not isinstance(built, Item)
            or (payload_hash(payload, secret=secret) != step.payload_hash)
        ):
            raise TerminalError(
                f"sync {spec.name}: the payload of person {person} is not the planned one; "
                "plan again on the present publication"
            )
        items.append(built)
    return items
