"""How well points fall into groups: silhouette, adjusted Rand index, bootstrap stability."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.vq import vq
from scipy.spatial.distance import cdist

Matrix = NDArray[np.float64]
Labels = NDArray[np.integer]
Fit = Callable[[Matrix, int, int], Matrix]
"""Points, number of groups, seed -> centroids."""

_SAMPLE = 2_000
"""Points whose distances to one another are held in memory at once."""
_BOOTSTRAPS = 10


def silhouette(points: Matrix, labels: Labels, seed: int) -> float:
    """Mean silhouette of the points, of a sample where they are many; a lone point has 0.

    Rousseeuw (1987): (b - a) / max(a, b), a the mean distance to the own group, b that to the
    nearest other group. One group alone has 0.
    """
    if len(points) > _SAMPLE:
        picked = np.sort(np.random.default_rng(seed).choice(len(points), _SAMPLE, replace=False))
        points, labels = points[picked], labels[picked]
    groups, place = np.unique(labels, return_inverse=True)
    if len(groups) < 2:
        return 0.0
    belongs = np.equal.outer(place, np.arange(len(groups))).astype(np.float64)
    sizes = belongs.sum(axis=0)
    sums = cdist(points, points) @ belongs
    rows = np.arange(len(points))
    own_size = sizes[place]
    inside = sums[rows, place] / np.maximum(own_size - 1, 1)
    means = sums / sizes
    means[rows, place] = np.inf
    outside = means.min(axis=1)
    longest = np.maximum(inside, outside)
    is_alone = (own_size == 1) | (longest == 0)
    widths = np.where(is_alone, 0.0, (outside - inside) / np.where(longest == 0, 1.0, longest))
    return float(widths.mean())


def adjusted_rand_index(left: Labels, right: Labels) -> float:
    """Agreement of two groupings of the same points: 1 is equal, 0 is chance.

    Hubert and Arabie (1985).
    """
    _, left_place = np.unique(left, return_inverse=True)
    _, right_place = np.unique(right, return_inverse=True)
    columns = int(right_place.max()) + 1
    cells = np.bincount(left_place * columns + right_place)
    together = _pairs(cells)
    in_left, in_right = _pairs(np.bincount(left_place)), _pairs(np.bincount(right_place))
    every = len(left) * (len(left) - 1) / 2
    expected = in_left * in_right / every if every else 0.0
    most = (in_left + in_right) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)


def stability(points: Matrix, labels: Labels, fit: Fit, seed: int) -> float:
    """Mean adjusted Rand index of the labels with those of groups fitted to bootstrap samples."""
    generator = np.random.default_rng(seed)
    groups = len(np.unique(labels))
    agreements = []
    for place in range(_BOOTSTRAPS):
        drawn = points[np.sort(generator.integers(0, len(points), len(points)))]
        again, _ = vq(points, fit(drawn, groups, seed + place))
        agreements.append(adjusted_rand_index(labels, again))
    return float(np.mean(agreements))


def _pairs(counts: NDArray[np.integer]) -> float:
    return float(np.sum(counts * (counts - 1.0) / 2))
