"""Groups that hold together: one likely pair between two groups of records does not join them."""

import heapq
from collections.abc import Iterable, Sequence

Pair = tuple[int, int, float]


def cohesive_groups(
    node_count: int,
    pairs: Iterable[Pair],
    forbidden: Iterable[tuple[int, int]],
    least_mean: float,
    sizes: Sequence[int] | None = None,
) -> list[int]:
    """The group of each node, named by its smallest node.

    Two groups become one while the mean probability over all pairs of their members is at least
    `least_mean`, the best first; a pair that is not among `pairs` counts as 0. Groups with a
    forbidden pair between them never join. Ties go to the smaller nodes, so the order of the
    input does not matter. `sizes` are the members that each node stands for, 1 by default.
    """
    groups = _Groups(node_count, sizes)
    for left, right in forbidden:
        groups.forbid(left, right)
    for left, right, probability in sorted(pairs):
        groups.add(left, right, probability)
    groups.join_all(least_mean)
    return groups.named()


class _Groups:
    """Groups, the sums of probabilities between them, and which may never meet."""

    def __init__(self, node_count: int, sizes: Sequence[int] | None) -> None:
        self._size = [1] * node_count if sizes is None else list(sizes)
        self._parent = list(range(node_count))
        self._sums: dict[int, dict[int, float]] = {}
        self._apart: dict[int, set[int]] = {}

    def add(self, left: int, right: int, probability: float) -> None:
        self._sums.setdefault(left, {})[right] = probability
        self._sums.setdefault(right, {})[left] = probability

    def forbid(self, left: int, right: int) -> None:
        self._apart.setdefault(left, set()).add(right)
        self._apart.setdefault(right, set()).add(left)

    def join_all(self, least_mean: float) -> None:
        heap: list[tuple[float, int, int, int, int]] = []
        for left in sorted(self._sums):
            self._offer(heap, left, least_mean, only_larger=True)
        heapq.heapify(heap)
        while heap:
            _, left, right, left_size, right_size = heapq.heappop(heap)
            if self._is_now(left, left_size) and self._is_now(right, right_size):
                self._join(left, right)
                offers: list[tuple[float, int, int, int, int]] = []
                self._offer(offers, left, least_mean, only_larger=False)
                for offer in offers:
                    heapq.heappush(heap, offer)

    def named(self) -> list[int]:
        for node, parent in enumerate(self._parent):
            self._parent[node] = self._parent[parent]
        return self._parent

    def _is_now(self, group: int, size: int) -> bool:
        return self._parent[group] == group and self._size[group] == size

    def _offer(
        self,
        heap: list[tuple[float, int, int, int, int]],
        group: int,
        least_mean: float,
        *,
        only_larger: bool,
    ) -> None:
        apart = self._apart.get(group, set())
        for other, total in self._sums.get(group, {}).items():
            if other in apart or (only_larger and other < group):
                continue
            mean = total / (self._size[group] * self._size[other])
            if mean >= least_mean:
                left, right = min(group, other), max(group, other)
                heap.append((-mean, left, right, self._size[left], self._size[right]))

    def _join(self, kept: int, gone: int) -> None:
        """The smaller node names the group, so a parent is never larger than its child."""
        self._parent[gone] = kept
        self._size[kept] += self._size[gone]
        kept_sums = self._sums[kept]
        for other, total in self._sums.pop(gone).items():
            if other == kept:
                del kept_sums[gone]
                continue
            kept_sums[other] = kept_sums.get(other, 0.0) + total
            del self._sums[other][gone]
            self._sums[other][kept] = kept_sums[other]
        for other in self._apart.pop(gone, set()):
            self._apart[other].discard(gone)
            self.forbid(kept, other)
