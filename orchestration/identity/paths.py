"""The shortest way from one record of a person to another, link by link."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """Records that one rule may join with one another: they share the rule's value."""

    rule: str
    tier: int
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hop:
    """One link of a path."""

    left: str
    right: str
    rule: str


def shortest_path(
    groups: Sequence[Group],
    members: Set[str],
    refused: Set[tuple[str, str, str]],
    start: str,
    end: str,
) -> tuple[Hop, ...]:
    """The fewest links between two members of a person; of equals the strongest and first.

    `refused` holds (left, right, rule) of links that joined nobody. Empty when start is end, or
    when no links join them.
    """
    groups_of: dict[str, list[Group]] = defaultdict(list)
    for group in sorted(groups, key=lambda each: (each.tier, each.rule, each.records)):
        for record in group.records:
            groups_of[record].append(group)
    came_by: dict[str, Hop | None] = {start: None}
    frontier = [start]
    while frontier and end not in came_by:
        found: list[str] = []
        for record in frontier:
            for group in groups_of[record]:
                for other in sorted(members & set(group.records)):
                    pair = {(record, other, group.rule), (other, record, group.rule)}
                    if other not in came_by and not pair & refused:
                        came_by[other] = Hop(record, other, group.rule)
                        found.append(other)
        frontier = found
    return _followed(came_by, end)


def _followed(came_by: dict[str, Hop | None], end: str) -> tuple[Hop, ...]:
    hops: list[Hop] = []
    hop = came_by.get(end)
    while hop is not None:
        hops.append(hop)
        hop = came_by[hop.left]
    return tuple(reversed(hops))
