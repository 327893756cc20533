"""Clusters in locked tiers: what a stronger tier joined, no guard of a weaker one takes apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from orchestration.identity.apart import torn
from orchestration.identity.clustering import Nodes, component_of_nodes
from orchestration.identity.graph import FACT_TIER, Graph, Links
from orchestration.identity.guards import (
    NEVER_LINK,
    NOTHING,
    Between,
    Guards,
    Reasons,
    forbidden,
    guards_after_facts,
    reasons_of,
)


@dataclass(frozen=True, slots=True)
class Refused:
    """Links that join nobody, and why."""

    links: Links
    reasons: Reasons


@dataclass(frozen=True, slots=True)
class Clustering:
    """The cluster of each record, named by its first node, and the links that were refused."""

    labels: Nodes
    refused: Refused


def cluster(graph: Graph) -> Clustering:
    """Join the records of a graph, tier by tier.

    Link overrides join first, then facts (tier 1), against which only a never-link stands. Each
    later tier joins whole clusters: a link between two sides that may not be one person is
    refused by itself. Where a component holds two values of which a person has one, those who have
    none belong to neither side: they stay together, apart from both. A component that breaks a
    limit as a whole loses all its links of the tier.
    No two records of a never-link end in one cluster, provided no chain of link overrides joins
    them.
    """
    labels = component_of_nodes(len(graph.records), graph.linked.left, graph.linked.right)
    tiers = graph.links.tiers
    nobody = np.full(len(labels), NOTHING, dtype=np.int8)
    guards: Guards | None = None
    refused: list[Refused] = []
    for tier in np.unique(tiers):
        links = graph.links.where(tiers == tier)
        if tier <= FACT_TIER:
            labels, out = _join(Between(Guards(graph, nobody, {}), labels, {}), links, None)
        else:
            guards = guards or guards_after_facts(graph, labels)
            labels, out = _join(guards.between(labels), links, guards)
        refused += out
    return Clustering(labels, _together(refused, graph.links))


def _join(between: Between, links: Links, guards: Guards | None) -> tuple[Nodes, list[Refused]]:
    """Join clusters by the links of one tier."""
    links, refused = _allowed(between, links)
    while True:
        links, torn_links = _without_never_links(between, links)
        refused.append(torn_links)
        if guards is None:
            return _joined(between.labels, links), refused
        reasons = _against(between, links, guards, guards.vetoes)
        ambiguous = between.one_sided(links, reasons)
        if not ambiguous.any():
            break
        refused.append(Refused(links.where(ambiguous), reasons[ambiguous]))
        again, more = _allowed(between, _stars_of_the_refused(links.where(ambiguous)))
        links, refused = links.where(~ambiguous).and_also(again), refused + more
    reasons = _against(between, links, guards, guards.graph.limits)
    broken = reasons != NOTHING
    refused.append(Refused(links.where(broken), reasons[broken]))
    return _joined(between.labels, links.where(~broken)), refused


def _without_never_links(between: Between, links: Links) -> tuple[Links, Refused]:
    """The links that connect no two records of a never-link, and those that would."""
    graph, labels = between.guards.graph, _joined(between.labels, links)
    inside = forbidden(graph, labels, labels, labels)
    crossing = np.zeros(len(links), dtype=np.bool_)
    if inside.any():
        crossing = torn(graph, between.labels, links, inside[labels])
    never = np.full(int(crossing.sum()), reasons_of(graph).index(NEVER_LINK), dtype=np.int8)
    return links.where(~crossing), Refused(links.where(crossing), never)


def _against(between: Between, links: Links, guards: Guards, names: Iterable[str]) -> Reasons:
    """Of each link, what its whole component breaks of the named limits."""
    labels = _joined(between.labels, links)
    against = guards.within(labels, _grown(between.labels, labels), names)
    reasons: Reasons = against[labels[links.left]]
    return reasons


def _allowed(between: Between, links: Links) -> tuple[Links, list[Refused]]:
    """The links between clusters that may be joined, and those refused.

    The records that a star's first record may not have still share its value with one another:
    they get a star of their own, until nobody is left.
    """
    allowed, refused = [], []
    while True:
        links = links.where(between.labels[links.left] != between.labels[links.right])
        reasons = between.reasons(links.left, links.right)
        against = reasons != NOTHING
        allowed.append(links.where(~against))
        if not against.any():
            break
        refused.append(Refused(links.where(against), reasons[against]))
        links = _stars_of_the_refused(links.where(against))
    together = allowed[0]
    for more in allowed[1:]:
        together = together.and_also(more)
    return together, refused


def _stars_of_the_refused(links: Links) -> Links:
    is_star = np.array([rule.is_star for rule in links.rules] or [True])
    links = links.where(is_star[links.rule])
    order = np.lexsort((links.right, links.left, links.rule))
    left, right, rule = links.left[order], links.right[order], links.rule[order]
    if len(left) == 0:
        return links
    starts = np.ones(len(left), dtype=np.bool_)
    starts[1:] = (left[1:] != left[:-1]) | (rule[1:] != rule[:-1])
    first_of_star = right[np.flatnonzero(starts)][np.cumsum(starts) - 1]
    return Links(first_of_star[~starts], right[~starts], rule[~starts], links.rules)


def _joined(labels: Nodes, links: Links) -> Nodes:
    components = component_of_nodes(len(labels), labels[links.left], labels[links.right])
    joined: Nodes = components[labels]
    return joined


def _grown(before: Nodes, labels: Nodes) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """The records of clusters that took in another."""
    grown = np.zeros(len(labels), dtype=np.bool_)
    grown[labels[before != labels]] = True
    marked: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = grown[labels]
    return marked


def _together(refused: Sequence[Refused], like: Links) -> Refused:
    links = like.where(np.zeros(len(like), dtype=np.bool_))
    reasons = [np.empty(0, dtype=np.int8)]
    for each in refused:
        links = links.and_also(each.links)
        reasons.append(each.reasons)
    return Refused(links, np.concatenate(reasons))
