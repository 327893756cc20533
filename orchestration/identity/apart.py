"""Takes apart what a never-link forbids: each side keeps what stands nearer to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from orchestration.identity.clustering import Nodes
from orchestration.identity.graph import Graph, Links

Neighbours = dict[int, set[int]]


def torn(
    graph: Graph, labels: Nodes, links: Links, affected: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which links have to go so that no two records of a never-link are connected.

    `labels` are the clusters before the links and `affected` marks the records whose component
    holds a never-link. The pairs are worked off in the order of their records: a component is
    divided by the number of links from either side, and what is equally far goes to the side
    whose cluster comes first.
    """
    crossing = np.zeros(len(links), dtype=np.bool_)
    places = np.flatnonzero(affected[links.left])
    left = labels[links.left[places]].tolist()
    right = labels[links.right[places]].tolist()
    neighbours: Neighbours = defaultdict(set)
    for one, other in zip(left, right, strict=True):
        neighbours[one].add(other)
        neighbours[other].add(one)
    never = zip(labels[graph.never.left].tolist(), labels[graph.never.right].tolist(), strict=True)
    cut: set[tuple[int, int]] = set()
    for pair in sorted({(min(pair), max(pair)) for pair in never}):
        cut |= _divide(neighbours, pair)
    crossing[places] = [(min(ends), max(ends)) in cut for ends in zip(left, right, strict=True)]
    return crossing


def _divide(neighbours: Neighbours, pair: tuple[int, int]) -> set[tuple[int, int]]:
    """Cut the component that holds both ends, and give the cut."""
    if pair[1] not in _reached(neighbours, pair[0]):
        return set()
    side = _nearest(neighbours, pair)
    cut = {
        (node, other)
        for node in side
        for other in neighbours[node]
        if node < other and side[node] != side[other]
    }
    for one, other in cut:
        neighbours[one].discard(other)
        neighbours[other].discard(one)
    return cut


def _nearest(neighbours: Neighbours, ends: tuple[int, int]) -> dict[int, int]:
    """Of each node that either end reaches, the nearer end."""
    side = {end: end for end in ends}
    frontier: Iterable[int] = ends
    while frontier:
        found: dict[int, int] = {}
        for node in frontier:
            for other in neighbours.get(node, ()):
                if other not in side:
                    found[other] = min(side[node], found.get(other, side[node]))
        side |= found
        frontier = found
    return side


def _reached(neighbours: Neighbours, start: int) -> set[int]:
    seen, frontier = {start}, [start]
    while frontier:
        node = frontier.pop()
        for other in neighbours.get(node, ()):
            if other not in seen:
                seen.add(other)
                frontier.append(other)
    return seen
