import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score, silhouette_score

from orchestration.prediction.group_quality import adjusted_rand_index, silhouette
from orchestration.prediction.grouping import Earlier, Groups, group

Matrix = NDArray[np.float64]

# Mean of each planted group; the second column says how they are numbered, the highest first.
PLANTED = np.array([[0.0, 50.0], [10.0, 40.0], [20.0, 30.0], [30.0, 20.0], [0.0, 10.0]])


def planted(seed: int = 1, size: int = 60) -> tuple[Matrix, NDArray[np.int64]]:
    generator = np.random.default_rng(seed)
    truth = np.repeat(np.arange(len(PLANTED)), size)
    return PLANTED[truth] + generator.normal(0, 1, (len(truth), 2)), truth + 1


def grouped(points: Matrix, earlier: Earlier | None = None) -> Groups:
    return group(points, least=4, most=8, rank_by=1, earlier=earlier)


def earlier_of(groups: Groups) -> Earlier:
    return Earlier(groups.numbers, groups.centroids)


def test_planted_groups_are_found_and_numbered_by_rank() -> None:
    points, truth = planted()

    found = grouped(points)

    assert found.numbers.tolist() == [1, 2, 3, 4, 5]
    assert found.number_of.tolist() == truth.tolist()
    assert found.centroids == pytest.approx(PLANTED, abs=0.6)
    assert found.stability == pytest.approx(1.0)


def test_shuffled_rows_give_every_point_the_same_group() -> None:
    points, _ = planted()
    blurred = points + np.random.default_rng(7).normal(0, 6, points.shape)
    shuffle = np.random.default_rng(5).permutation(len(points))

    straight, shuffled = grouped(blurred), grouped(blurred[shuffle])

    assert shuffled.number_of.tolist() == straight.number_of[shuffle].tolist()
    assert shuffled.distance.tolist() == straight.distance[shuffle].tolist()
    assert shuffled.centroids.tolist() == straight.centroids.tolist()


def test_the_same_points_keep_their_labels_though_groups_run_into_one_another() -> None:
    points, _ = planted()
    blurred = points + np.random.default_rng(7).normal(0, 6, points.shape)
    first = grouped(blurred)

    second = grouped(blurred, earlier_of(first))

    assert second.number_of.tolist() == first.number_of.tolist()


def test_labels_follow_the_earlier_run_when_its_numbers_were_others() -> None:
    points, _ = planted()
    first = grouped(points)
    renamed = Earlier(np.array([40, 7, 19, 3, 22]), first.centroids)

    second = grouped(points, renamed)

    assert second.numbers.tolist() == [3, 7, 19, 22, 40]
    new_name = dict(zip([1, 2, 3, 4, 5], [40, 7, 19, 3, 22], strict=True))
    assert second.number_of.tolist() == [new_name[number] for number in first.number_of.tolist()]


def test_small_drift_keeps_the_labels_of_nearly_all_points() -> None:
    points, _ = planted()
    first = grouped(points)
    drifted = points * 1.03 + np.random.default_rng(2).normal(0, 0.2, points.shape)

    second = grouped(drifted, earlier_of(first))

    assert np.mean(second.number_of == first.number_of) == 1.0


def test_a_group_that_nobody_knew_gets_a_number_never_used() -> None:
    points, _ = planted()
    first = grouped(points)
    crowd = np.array([60.0, 90.0]) + np.random.default_rng(3).normal(0, 1, (60, 2))

    second = grouped(np.vstack([points, crowd]), earlier_of(first))

    assert second.numbers.tolist() == [1, 2, 3, 4, 5, 6]
    assert second.number_of[:300].tolist() == first.number_of.tolist()
    assert set(second.number_of[300:].tolist()) == {6}


def test_a_group_that_is_gone_leaves_its_number_unused() -> None:
    points, truth = planted()
    first = grouped(points)

    second = grouped(points[truth != 3], earlier_of(first))

    assert second.numbers.tolist() == [1, 2, 4, 5]


def test_a_feature_without_spread_counts_for_nothing() -> None:
    points, truth = planted()
    with_constant = np.column_stack([points, np.full(len(points), 3.0)])

    found = grouped(with_constant)

    assert found.number_of.tolist() == truth.tolist()
    assert np.all(found.scores[:, 2] == 0)


def test_fewer_distinct_points_than_groups_are_refused() -> None:
    with pytest.raises(ValueError, match="3 distinct points make no 4 groups"):
        grouped(np.repeat(np.arange(3.0)[:, None], 50, axis=0) * [[1.0, 2.0]])


def test_silhouette_worked_out_by_hand() -> None:
    points = np.array([[0.0], [1.0], [5.0]])

    # 0: a 1, b 5 -> 4/5; 1: a 1, b 4 -> 3/4; the lone third has 0.
    assert silhouette(points, np.array([1, 1, 2]), 0) == pytest.approx((0.8 + 0.75) / 3)


def test_silhouette_and_rand_index_equal_those_of_scikit_learn() -> None:
    generator = np.random.default_rng(11)
    points = generator.normal(size=(300, 3))
    left, right = generator.integers(0, 5, 300), generator.integers(0, 4, 300)

    assert silhouette(points, left, 0) == pytest.approx(silhouette_score(points, left))
    assert adjusted_rand_index(left, right) == pytest.approx(adjusted_rand_score(left, right))


def test_rand_index_of_the_published_example() -> None:
    # Hubert and Arabie's statistic on the cells [[1, 1, 0], [1, 2, 1], [0, 0, 4]] is 0.313.
    left = np.array([1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    right = np.array([1, 2, 1, 2, 2, 3, 3, 3, 3, 3])

    assert adjusted_rand_index(left, right) == pytest.approx(0.313, abs=5e-4)
    assert adjusted_rand_index(left, left + 10) == 1.0


def test_one_group_has_no_silhouette() -> None:
    assert silhouette(np.arange(4.0)[:, None], np.zeros(4, dtype=np.int64), 0) == 0.0
