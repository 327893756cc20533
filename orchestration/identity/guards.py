"""Whether clusters may be one person: vetoes, limits and never-links, for all clusters at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orchestration.identity.clustering import Nodes
from orchestration.identity.graph import Codes, Graph, Links

NEVER_LINK = "never_link"
NOTHING = -1
"""Instead of a reason: nothing is against it."""
Mask = NDArray[np.bool_]
Reasons = NDArray[np.int8]
"""Places in the graph's reasons, or NOTHING."""


def reasons_of(graph: Graph) -> tuple[str, ...]:
    """Everything that may stand against a link, the strongest first."""
    return (NEVER_LINK, *graph.limits)


@dataclass(frozen=True, slots=True)
class Guards:
    """The guards of a graph whose link overrides and facts are joined."""

    graph: Graph
    over: Reasons
    """Of each cluster's first node: the limit that the cluster breaks by facts alone."""
    by_hand: Mapping[str, NDArray[np.int32]]
    """Limit -> of each first node, the kinds in a cluster that a person linked."""

    @property
    def vetoes(self) -> tuple[str, ...]:
        """The limits of one value, which two sides may not both have and differ in."""
        limits, counted = self.graph.limits, self.graph.records.counted
        return tuple(name for name in limits if limits[name] == 1 and len(counted[name]) == 1)

    def between(self, labels: Nodes) -> Between:
        """The guards between the clusters that the labels name."""
        counted = self.graph.records.counted
        extents = {name: _extent(labels, counted[name][0]) for name in self.vetoes}
        return Between(self, labels, extents)

    def within(self, labels: Nodes, grown: Mask, names: Iterable[str]) -> Reasons:
        """Of each cluster's first node: which of the named limits the cluster breaks.

        `grown` marks the records of the clusters to look at.
        """
        found = np.full(len(labels), NOTHING, dtype=np.int8)
        for name in names:
            limit = self.graph.limits[name]
            clusters, counts = kinds_above(self.graph, name, labels, grown, limit)
            if name in self.by_hand:
                allowed = np.zeros(len(labels), dtype=np.int32)
                np.maximum.at(allowed, labels, self.by_hand[name])
                clusters = clusters[counts > allowed[clusters]]
            clusters = clusters[found[clusters] == NOTHING]
            found[clusters] = reasons_of(self.graph).index(name)
        return found


@dataclass(frozen=True, slots=True)
class Between:
    """What stands between clusters: a never-link, a value of which there is one, a full side."""

    guards: Guards
    labels: Nodes
    extents: Mapping[str, tuple[Codes, Codes]]
    """Limit of one -> the least and the greatest value in each cluster, by first node."""

    def reasons(self, left: Nodes, right: Nodes) -> Reasons:
        """What stands against each pair of nodes whose clusters a link would join."""
        graph = self.guards.graph
        names = reasons_of(graph)
        left, right = self.labels[left], self.labels[right]
        found = np.maximum(self.guards.over[left], self.guards.over[right])
        for name in reversed(list(self.extents)):
            found[_differ(*self.extents[name], left, right)] = names.index(name)
        found[forbidden(graph, self.labels, left, right)] = names.index(NEVER_LINK)
        return found

    def one_sided(self, links: Links, reasons: Reasons) -> Mask:
        """Which links join a cluster that has the value of a veto with one that has none.

        `reasons` are of each link: the veto that its component breaks.
        """
        names = reasons_of(self.guards.graph)
        found = np.zeros(len(links), dtype=np.bool_)
        for name, (_, most) in self.extents.items():
            of_veto = reasons == names.index(name)
            left, right = self.labels[links.left], self.labels[links.right]
            found |= of_veto & ((most[left] >= 0) != (most[right] >= 0))
        return found


def guards_after_facts(graph: Graph, labels: Nodes) -> Guards:
    """The guards once link overrides and facts are joined.

    A cluster that breaks a limit by facts alone (one account that many people use) grows no
    further. Where a person linked records by hand, a cluster may have as many kinds as they have.
    """
    linked = np.zeros(len(labels), dtype=np.bool_)
    linked[labels[graph.linked.left]] = True
    every = np.ones(len(labels), dtype=np.bool_)
    over = np.full(len(labels), NOTHING, dtype=np.int8)
    by_hand = {}
    for name, limit in graph.limits.items():
        clusters, counts = kinds_above(graph, name, labels, every, limit)
        facts = clusters[~linked[clusters]]
        over[facts[over[facts] == NOTHING]] = reasons_of(graph).index(name)
        if linked.any():
            by_hand[name] = np.zeros(len(labels), dtype=np.int32)
            by_hand[name][clusters[linked[clusters]]] = counts[linked[clusters]]
    return Guards(graph, over, by_hand)


def forbidden(graph: Graph, labels: Nodes, left: Nodes, right: Nodes) -> Mask:
    """Which pairs of clusters hold the two records of a never-link."""
    if len(graph.never) == 0:
        return np.zeros(len(left), dtype=np.bool_)
    never = _pair_key(labels[graph.never.left], labels[graph.never.right], len(labels))
    return np.isin(_pair_key(left, right, len(labels)), never)


def kinds_above(
    graph: Graph, name: str, labels: Nodes, chosen: Mask, limit: int
) -> tuple[Nodes, NDArray[np.int64]]:
    """The clusters of chosen records that have more kinds of a guarded value than the limit.

    A guard over several values counts the fewest kinds among those that the cluster has at all.
    """
    sizes = np.bincount(labels[chosen], minlength=len(labels))
    large = chosen & (sizes[labels] > limit)
    first, *others = graph.records.counted[name]
    clusters, counts = _kinds(labels, first, large)
    for codes in others:
        fewest = np.full(len(labels), np.iinfo(np.int64).max)
        fewest[clusters] = counts
        more_clusters, more_counts = _kinds(labels, codes, large)
        fewest[more_clusters] = np.minimum(fewest[more_clusters], more_counts)
        clusters = np.union1d(clusters, more_clusters)
        counts = fewest[clusters]
    return clusters[counts > limit], counts[counts > limit]


def _kinds(labels: Nodes, codes: Codes, chosen: Mask) -> tuple[Nodes, NDArray[np.int64]]:
    of_interest = chosen & (codes >= 0)
    width = int(codes.max(initial=0)) + 1
    pairs = np.unique(labels[of_interest].astype(np.int64) * width + codes[of_interest])
    clusters, counts = np.unique((pairs // width).astype(np.int32), return_counts=True)
    return clusters, counts


def _extent(labels: Nodes, codes: Codes) -> tuple[Codes, Codes]:
    known = codes >= 0
    least = np.full(len(labels), np.iinfo(np.int32).max, dtype=np.int32)
    most = np.full(len(labels), -1, dtype=np.int32)
    np.minimum.at(least, labels[known], codes[known])
    np.maximum.at(most, labels[known], codes[known])
    return least, most


def _differ(least: Codes, most: Codes, left: Nodes, right: Nodes) -> Mask:
    """Which pairs of clusters know values of which neither side's are among the other's."""

    def among(some: Nodes, other: Nodes) -> Mask:
        low = (least[some] == least[other]) | (least[some] == most[other])
        high = (most[some] == least[other]) | (most[some] == most[other])
        both: Mask = low & high
        return both

    known: Mask = (most[left] >= 0) & (most[right] >= 0)
    return known & ~among(left, right) & ~among(right, left)


def _pair_key(left: Nodes, right: Nodes, width: int) -> NDArray[np.int64]:
    return np.minimum(left, right).astype(np.int64) * width + np.maximum(left, right)
