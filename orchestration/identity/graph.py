"""The identity graph in columns: records with what guards them, and the links between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.identity.clustering import Nodes

FACT_TIER = 1
"""Links up to this tier are facts of a source: no veto and no limit applies to them."""

Codes = NDArray[np.int32]
"""One number per record, equal for equal values; -1 where the record has none."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What joins two records, and how strongly: a smaller tier is locked in earlier."""

    name: str
    tier: int
    is_star: bool = True
    """True: all links of one left record share one value; False: each link stands alone."""


@dataclass(frozen=True, slots=True)
class Records:
    """All records in the order of their keys; a record's place is its node."""

    keys: pa.Array
    hashes: NDArray[np.uint64]
    """Of the key and of everything that a guard reads."""
    counted: Mapping[str, tuple[Codes, ...]]
    """Guard -> the values that it counts; with several, the fewest kinds are the count."""

    def __len__(self) -> int:
        """How many records there are."""
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class Links:
    """Candidate links: columns of equal length."""

    left: Nodes
    right: Nodes
    rule: NDArray[np.int16]
    """Places in `rules`."""
    rules: tuple[Rule, ...]

    def __len__(self) -> int:
        """How many links there are."""
        return len(self.left)

    @property
    def tiers(self) -> NDArray[np.int64]:
        """The tier of each link."""
        return np.array([rule.tier for rule in self.rules] or [0], dtype=np.int64)[self.rule]

    def where(self, chosen: NDArray[np.bool_]) -> Links:
        """The chosen links."""
        return Links(self.left[chosen], self.right[chosen], self.rule[chosen], self.rules)

    def and_also(self, more: Links) -> Links:
        """These links and more of the same rules."""
        return Links(
            np.concatenate([self.left, more.left]),
            np.concatenate([self.right, more.right]),
            np.concatenate([self.rule, more.rule]),
            self.rules,
        )


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of nodes that a person decided about."""

    left: Nodes
    right: Nodes

    def __len__(self) -> int:
        """How many pairs there are."""
        return len(self.left)


@dataclass(frozen=True, slots=True)
class Graph:
    """All that decides who is who."""

    records: Records
    links: Links
    linked: Pairs
    """Link overrides."""
    never: Pairs
    """Never-link overrides."""
    limits: Mapping[str, int]
    """Guard -> how many kinds a person may have, in the order in which guards are named."""
