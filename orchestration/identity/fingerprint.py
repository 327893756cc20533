"""Recognises the parts of the graph in which nothing changed, whatever the order of its rows."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from orchestration.identity.clustering import Nodes, component_of_nodes
from orchestration.identity.graph import Graph

_VERSION = "1"
"""Counts up with every change of what clustering gives for the same graph."""

Hashes = NDArray[np.uint64]


def component_hashes(graph: Graph) -> Hashes:
    """Of each record, a hash of everything that decides the clusters of its component.

    A component is what all candidate links and link overrides together connect. The hash sums up
    its records with their guarded values, its links with their rules, and its overrides; the
    tiers and limits are in all of them.
    """
    components = component_of_nodes(
        len(graph.records),
        np.concatenate([graph.links.left, graph.linked.left]),
        np.concatenate([graph.links.right, graph.linked.right]),
    )
    sums = np.full(len(components), _settings_hash(graph), dtype=np.uint64)
    np.add.at(sums, components, _mixed(graph.records.hashes))
    rules = np.array([_text_hash(rule.name) for rule in graph.links.rules] or [0], dtype=np.uint64)
    _add_pairs(
        sums, components, graph, graph.links.left, graph.links.right, rules[graph.links.rule]
    )
    for name, pairs in (("link", graph.linked), ("never_link", graph.never)):
        # A never-link between two components changes nothing, yet costs only a second look.
        salt = np.full(len(pairs), _text_hash(name), dtype=np.uint64)
        _add_pairs(sums, components, graph, pairs.left, pairs.right, salt)
    hashes: Hashes = sums[components]
    return hashes


def _add_pairs(
    sums: Hashes, components: Nodes, graph: Graph, left: Nodes, right: Nodes, salt: Hashes
) -> None:
    hashes = graph.records.hashes
    of_pair = _mixed(_mixed(hashes[left] ^ salt) + hashes[right])
    np.add.at(sums, components[left], of_pair)


def _settings_hash(graph: Graph) -> int:
    rules = sorted((rule.name, rule.tier, rule.is_star) for rule in graph.links.rules)
    return _text_hash(repr((_VERSION, rules, sorted(graph.limits.items()))))


def _text_hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _mixed(numbers: Hashes) -> Hashes:
    """The numbers, each spread over all 64 bits (the finaliser of SplitMix64)."""
    numbers = numbers + np.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Hashes = numbers ^ (numbers >> np.uint64(31))
    return mixed
