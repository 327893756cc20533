"""A weighted choice that is cheap to repeat."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Weighted(Generic[Item]):
    """Items that are drawn in proportion to their weights."""

    def __init__(self, pairs: Iterable[tuple[Item, float]]) -> None:
        """Take items with their weights, at least one of them above 0."""
        listed = list(pairs)
        self.items = [item for item, _ in listed]
        self._bounds = list(accumulate(weight for _, weight in listed))

    def pick(self, rng: Random) -> Item:
        """Give one item, drawn with one number of `rng`."""
        return self.items[bisect_right(self._bounds, rng.random() * self._bounds[-1])]
