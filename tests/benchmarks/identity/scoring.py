"""How well a grouping of records into persons agrees with the truth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
"""One number per record: equal numbers are one person."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of records: put together, truly together, and both."""

    found: int
    true: int
    right: int

    @property
    def precision(self) -> float:
        """The share of the pairs put together that belong together; 1 when there is none."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of the pairs that belong together that were put together."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Score:
    """What a grouping is worth.

    `accounts` counts one record per customer account or guest order: within an account nothing
    has to be found out. B³ is the mean over the records.
    """

    record_count: int
    records: Pairs
    accounts: Pairs
    b3_precision: float
    b3_recall: float
    persons_true: int
    persons_found: int
    persons_exact: int
    """True persons whose records are one found person, whole and with nobody else's."""
    persons_mixed: int
    """Found persons who hold records of several true ones."""
    largest: int
    """Records of the largest found person."""

    @property
    def b3_f1(self) -> float:
        """The harmonic mean of B³ precision and recall."""
        both = self.b3_precision + self.b3_recall
        return 2 * self.b3_precision * self.b3_recall / both if both else 0.0


def score(found: Labels, true: Labels, accounts: Labels) -> Score:
    """Compare a grouping with the truth, record by record; `accounts` says what hangs together.

    Raises:
        ValueError: there is no record.
    """
    if not len(true):
        raise ValueError("there is no record to score")
    cells, _, cell_sizes = _groups(np.stack([found, true], axis=1))
    found_names, found_of, found_sizes = np.unique(
        cells[:, 0], return_inverse=True, return_counts=True
    )
    _, true_of, parts = np.unique(cells[:, 1], return_inverse=True, return_counts=True)
    records_of_found = np.bincount(found_of, weights=cell_sizes)
    records_of_true = np.bincount(true_of, weights=cell_sizes)
    is_pure = found_sizes[found_of] == 1
    is_whole = parts[true_of] == 1
    _, first = np.unique(accounts, return_index=True)
    return Score(
        record_count=len(true),
        records=_pairs(found, true),
        accounts=_pairs(found[first], true[first]),
        b3_precision=float((cell_sizes**2 / records_of_found[found_of]).sum() / len(true)),
        b3_recall=float((cell_sizes**2 / records_of_true[true_of]).sum() / len(true)),
        persons_true=len(parts),
        persons_found=len(found_names),
        persons_exact=int((is_pure & is_whole).sum()),
        persons_mixed=int((found_sizes > 1).sum()),
        largest=int(records_of_found.max()),
    )


def _pairs(found: Labels, true: Labels) -> Pairs:
    _, _, both = _groups(np.stack([found, true], axis=1))
    return Pairs(
        found=_pairs_within(np.unique(found, return_counts=True)[1]),
        true=_pairs_within(np.unique(true, return_counts=True)[1]),
        right=_pairs_within(both),
    )


def _groups(rows: Labels) -> tuple[Labels, Labels, Labels]:
    return np.unique(rows, axis=0, return_inverse=True, return_counts=True)


def _pairs_within(sizes: Labels) -> int:
    return int((sizes * (sizes - 1) // 2).sum())
