"""Scores of groupings small enough to count by hand."""

import numpy as np
import pytest

from tests.benchmarks.identity.scoring import Labels, Pairs, score


def labels(text: str) -> Labels:
    return np.array([ord(letter) for letter in text], dtype=np.int64)


def test_score_is_full_when_the_grouping_is_the_truth() -> None:
    found = score(labels("aabbc"), labels("xxyyz"), labels("12345"))
    assert (found.records, found.accounts) == (Pairs(2, 2, 2), Pairs(2, 2, 2))
    assert (found.records.f1, found.b3_f1) == (1.0, 1.0)
    assert (found.persons_true, found.persons_found, found.persons_exact) == (3, 3, 3)
    assert (found.persons_mixed, found.largest) == (0, 2)


def test_score_counts_pairs_when_persons_are_split_and_mixed() -> None:
    # Truth xxxx yy; found aaa (three x), bb (an x and a y) and c (the other y).
    found = score(labels("aaabbc"), labels("xxxxyy"), labels("123456"))
    # Together are 3 + 1 pairs, truly 6 + 1, and both are the three pairs of a.
    assert found.records == Pairs(found=4, true=7, right=3)
    assert found.records.precision == pytest.approx(3 / 4)
    assert found.records.recall == pytest.approx(3 / 7)
    assert found.records.f1 == pytest.approx(6 / 11)
    # B3: precision 3 of 3 for three records, 1 of 2 for two, 1 of 1; recall 3/4, 1/4, 1/2, 1/2.
    assert found.b3_precision == pytest.approx((3 * 1 + 2 * 0.5 + 1) / 6)
    assert found.b3_recall == pytest.approx((3 * 0.75 + 0.25 + 0.5 + 0.5) / 6)
    assert (found.persons_exact, found.persons_mixed, found.largest) == (0, 1, 3)


def test_accounts_count_once_however_many_orders_they_have() -> None:
    # One account with three orders, found whole, and a guest order of the same person, missed.
    found = score(labels("aaaab"), labels("xxxxx"), labels("11112"))
    assert found.records == Pairs(found=6, true=10, right=6)
    assert found.accounts == Pairs(found=0, true=1, right=0)
    assert (found.accounts.precision, found.accounts.recall, found.accounts.f1) == (1.0, 0.0, 0.0)


def test_score_is_refused_when_there_is_no_record() -> None:
    with pytest.raises(ValueError, match="no record"):
        score(labels(""), labels(""), labels(""))
