"""The diff of a plan, person by person: what the diff on columns must come to."""

from collections import Counter
from collections.abc import Mapping

from reverse_etl.channel import DeliveryClass, Operation
from reverse_etl.ledger.batches import StateRow
from reverse_etl.planning.steps import PlanItem
from reverse_etl.planning.target_table import Target
from reverse_etl.spec import SyncSpec


def plain_diff(
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
