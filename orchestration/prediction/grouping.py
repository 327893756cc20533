"""k-means whose result hangs on the points alone, and whose labels stay from run to run."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import ClusterError, kmeans2, vq
from scipy.optimize import linear_sum_assignment

from orchestration.prediction.group_quality import silhouette, stability

Matrix = NDArray[np.float64]
Counts = NDArray[np.int64]

SEED = 20_260_101
_SAMPLE = 10_000
"""Points that choose the number of groups; all points settle on the chosen one."""
_STARTS = 5
_ROUNDS = 20
_STEPS = 20
_STILL = 1e-9
"""Centroids that move less than this, in standard deviations, have arrived."""
_BETTER = 0.01
"""A fresh start must beat the previous run's centroids by this share of the squared distances."""
_WORTH_CHANGING = 0.02
"""Another number of groups must beat the previous one's silhouette by this."""
_ANOTHER_GROUP = 1.0
"""Root mean square distance, in standard deviations per feature, beyond which it is a new group."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """The groups of an earlier run: their numbers and centroids, in the features' own units."""

    numbers: Counts
    centroids: Matrix


@dataclass(frozen=True, slots=True)
class Groups:
    """Points in groups. Rows are in the order in which the points were given."""

    number_of: Counts
    """The group's number of each point."""
    distance: NDArray[np.float64]
    """From each point to its centroid, in standard deviations."""
    scores: Matrix
    """The points in standard deviations from the mean (z-scores)."""
    numbers: Counts
    """The numbers in use, ascending; `centroids` are in this order."""
    centroids: Matrix
    """In the features' own units."""
    """True for a group that no earlier group resembles."""
    silhouette: float
    """Mean silhouette, -1 to 1 (Rousseeuw 1987), on a sample."""
    stability: float
    """Mean adjusted Rand index with groups of bootstrap samples; 1 is perfect."""


def group(
    points: Matrix,
    *,
    least: int,
    most: int,
    rank_by: int,
    earlier: Earlier | None = None,
) -> Groups:
    """The points in `least` to `most` groups, as many as give the best silhouette.

    The order of the rows does not matter. Groups that no earlier run knows are numbered from 1 by
    their mean of the feature in column `rank_by`, the highest first, or on from the highest number
    of the earlier run.

    Raises:
        ValueError: the points have fewer than `least` distinct rows.
    """
    order = np.lexsort(points.T[::-1])
    ordered = points[order]
    centre, spread = ordered.mean(axis=0), ordered.std(axis=0)
    spread[spread <= _STILL] = 1.0
    data = (ordered - centre) / spread
    known = None if earlier is None else (earlier.centroids - centre) / spread
    sample = _sample(data, _SAMPLE)
    chosen, score = _choose(sample, range(least, most + 1), known)
    centroids = _settle(data, chosen)
    # Centroids from another start are in another order; this one hangs on the points alone.
    centroids = centroids[np.lexsort((*centroids.T, -centroids[:, rank_by]))]
    numbers = _numbers(centroids, known, earlier)
    by_number = np.argsort(numbers)
    place, distance = vq(data, centroids)
    back = np.argsort(order)
    return Groups(
        number_of=numbers[place][back],
        distance=distance[back],
        scores=data[back],
        numbers=numbers[by_number],
        centroids=(centroids * spread + centre)[by_number],
        silhouette=score,
        stability=stability(sample, vq(sample, centroids)[0], _fresh, SEED),
    )


def _sample(data: Matrix, size: int) -> Matrix:
    if len(data) <= size:
        return data
    picked = np.random.default_rng(SEED).choice(len(data), size, replace=False)
    return data[np.sort(picked)]


def _choose(sample: Matrix, counts: range, known: Matrix | None) -> tuple[Matrix, float]:
    """The centroids with the best silhouette; those of as many groups as before, if near it."""
    distinct = len(np.unique(sample, axis=0))
    found: dict[int, tuple[Matrix, float]] = {}
    for count in counts:
        if count > distinct:
            break
        centroids = _fresh(sample, count, SEED)
        if known is not None and len(known) == count:
            warm = _settle(sample, known)
            if _inertia(sample, centroids) > (1 - _BETTER) * _inertia(sample, warm):
                centroids = warm
        found[count] = (centroids, silhouette(sample, vq(sample, centroids)[0], SEED))
    if not found:
        raise ValueError(f"{distinct} distinct points make no {counts.start} groups")
    best = max(found, key=lambda count: (found[count][1], -count))
    before = 0 if known is None else len(known)
    if before in found and found[before][1] >= found[best][1] - _WORTH_CHANGING:
        best = before
    return found[best]


def _fresh(data: Matrix, count: int, seed: int) -> Matrix:
    """The best of several starts by k-means++ (Arthur and Vassilvitskii 2007)."""
    generator = np.random.default_rng(seed)
    best: Matrix | None = None
    for _ in range(_STARTS):
        try:
            start, _ = kmeans2(data, count, iter=_STEPS, minit="++", missing="raise", rng=generator)
        except ClusterError:
            continue
        centroids = _settle(data, start)
        if best is None or _inertia(data, centroids) < _inertia(data, best):
            best = centroids
    # Every start lost a group: distinct points, far from one another, cannot.
    return best if best is not None else _settle(data, _spread_out(data, count))


def _spread_out(data: Matrix, count: int) -> Matrix:
    """Starts at points that lie farthest from those chosen before."""
    chosen = [0]
    nearest = np.linalg.norm(data - data[0], axis=1)
    while len(chosen) < count:
        chosen.append(int(np.argmax(nearest)))
        nearest = np.minimum(nearest, np.linalg.norm(data - data[chosen[-1]], axis=1))
    return data[chosen]


def _settle(data: Matrix, centroids: Matrix) -> Matrix:
    """Lloyd's steps until nothing moves; a centroid that loses its last point stays."""
    for _ in range(_ROUNDS * _STEPS):
        place, _ = vq(data, centroids)
        sizes = np.bincount(place, minlength=len(centroids))
        sums = np.stack(
            [np.bincount(place, column, minlength=len(centroids)) for column in data.T], axis=1
        )
        moved = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], centroids)
        is_still = np.max(np.abs(moved - centroids)) <= _STILL
        centroids = moved
        if is_still:
            break
    return centroids


def _inertia(data: Matrix, centroids: Matrix) -> float:
    return float(np.sum(vq(data, centroids)[1] ** 2))


def _numbers(centroids: Matrix, known: Matrix | None, earlier: Earlier | None) -> Counts:
    """Each centroid's number: that of its nearest earlier one, one to one (Kuhn 1955)."""
    numbers = np.zeros(len(centroids), dtype=np.int64)
    highest = 0
    if known is not None and earlier is not None:
        highest = int(earlier.numbers.max())
        gaps = np.linalg.norm(centroids[:, None] - known[None], axis=2)
        for mine, theirs in zip(*linear_sum_assignment(gaps**2), strict=True):
            if gaps[mine, theirs] <= _ANOTHER_GROUP * np.sqrt(centroids.shape[1]):
                numbers[mine] = earlier.numbers[theirs]
    unknown = numbers == 0
    numbers[unknown] = highest + 1 + np.arange(np.count_nonzero(unknown))
    return numbers
