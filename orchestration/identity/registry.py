"""Stable person ids: a component keeps the id that most of its records had before."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

ChangeKind = Literal["create", "merge", "split", "move"]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a person between two resolutions."""

    kind: ChangeKind
    person_id: str
    old_person_id: str | None
    record_count: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """The person of every record, and what changed since the previous resolution."""

    person_of: list[str]
    changes: list[Change]


def new_person_id(smallest_record_key: str, taken: set[str]) -> str:
    """An id that the smallest record key decides, and that nobody in `taken` has."""
    attempt = 0
    while True:
        seed = smallest_record_key if attempt == 0 else f"{smallest_record_key}#{attempt}"
        person_id = "p_" + hashlib.sha256(seed.encode()).hexdigest()[:16]
        if person_id not in taken:
            return person_id
        attempt += 1


def assign_person_ids(
    records: Sequence[str], components: Sequence[int], previous: Mapping[str, str]
) -> Assignment:
    """Gives every component a person id.

    `records` are sorted record keys, `components[i]` is the place of the smallest record of the
    component of `records[i]`, and `previous` is the map of the last resolution. An old id goes to
    the component that holds most of its records; a tie goes to the smaller id, then to the
    component with the smaller record key.
    """
    overlaps: Counter[tuple[int, str]] = Counter()
    sizes: Counter[int] = Counter(components)
    for record, component in zip(records, components, strict=True):
        old_person_id = previous.get(record)
        if old_person_id is not None:
            overlaps[component, old_person_id] += 1

    kept = _keep_ids(overlaps)
    taken = set(previous.values())
    person_of_component = dict(kept)
    for component in sorted(sizes):
        if component not in kept:
            person_id = new_person_id(records[component], taken)
            taken.add(person_id)
            person_of_component[component] = person_id
    return Assignment(
        person_of=[person_of_component[component] for component in components],
        changes=_changes(overlaps, sizes, kept, person_of_component),
    )


def _keep_ids(overlaps: Mapping[tuple[int, str], int]) -> dict[int, str]:
    kept: dict[int, str] = {}
    used: set[str] = set()
    ranking = sorted(overlaps.items(), key=lambda item: (-item[1], item[0][1], item[0][0]))
    for (component, old_person_id), _ in ranking:
        if component not in kept and old_person_id not in used:
            kept[component] = old_person_id
            used.add(old_person_id)
    return kept


def _changes(
    overlaps: Mapping[tuple[int, str], int],
    sizes: Mapping[int, int],
    kept: Mapping[int, str],
    person_of_component: Mapping[int, str],
) -> list[Change]:
    living = set(kept.values())
    known = {component for component, _ in overlaps}
    changes = [
        Change("create", person_of_component[component], None, size)
        for component, size in sizes.items()
        if component not in known
    ]
    for (component, old_person_id), record_count in overlaps.items():
        person_id = person_of_component[component]
        if person_id == old_person_id:
            continue
        kind: ChangeKind = "move"
        if old_person_id not in living:
            kind = "merge"
        elif component not in kept:
            kind = "split"
        changes.append(Change(kind, person_id, old_person_id, record_count))
    return sorted(changes, key=lambda c: (c.kind, c.person_id, c.old_person_id or ""))
