from random import Random

import pytest

from orchestration.identity.linkage.cohesion import cohesive_groups


def test_cohesive_groups_leaves_everyone_alone_when_there_is_no_pair():
    assert cohesive_groups(3, [], [], 0.5) == [0, 1, 2]
    assert cohesive_groups(0, [], [], 0.5) == []


@pytest.mark.parametrize(("probability", "groups"), [(0.5, [0, 0]), (0.499, [0, 1])])
def test_cohesive_groups_joins_from_the_least_mean_on(probability, groups):
    assert cohesive_groups(2, [(0, 1, probability)], [], 0.5) == groups


def test_cohesive_groups_cuts_the_bridge_between_two_tight_groups():
    # Three and three, all alike inside; one pair of the nine between them is likely.
    tight = [(0, 1, 0.9), (0, 2, 0.9), (1, 2, 0.9), (3, 4, 0.9), (3, 5, 0.9), (4, 5, 0.9)]
    bridge = [(2, 3, 0.85)]
    assert cohesive_groups(6, tight + bridge, [], 0.25) == [0, 0, 0, 3, 3, 3]
    # 0.85 / 9 is 0.094: a mean below it lets the bridge hold.
    assert cohesive_groups(6, tight + bridge, [], 0.09) == [0] * 6


def test_cohesive_groups_counts_a_pair_that_is_not_named_as_zero():
    # 2 with the group of 0 and 1: (0.8 + 0) / 2 is 0.4.
    chain = [(0, 1, 0.9), (1, 2, 0.8)]
    assert cohesive_groups(3, chain, [], 0.41) == [0, 0, 2]
    assert cohesive_groups(3, chain, [], 0.4) == [0, 0, 0]


def test_cohesive_groups_never_joins_a_forbidden_pair_through_a_third():
    # The twins 0 and 2 differ in their given names; 1 has none and is a little nearer to 0.
    pairs = [(0, 1, 0.95), (1, 2, 0.9)]
    assert cohesive_groups(3, pairs, [(0, 2)], 0.1) == [0, 0, 2]


def test_cohesive_groups_gives_a_tie_to_the_smaller_nodes():
    assert cohesive_groups(3, [(1, 2, 0.9), (0, 1, 0.9)], [(0, 2)], 0.5) == [0, 0, 2]


def test_cohesive_groups_weighs_a_node_by_the_members_it_stands_for():
    assert cohesive_groups(2, [(0, 1, 0.9)], [], 0.5, sizes=[1, 2]) == [0, 1]


def test_cohesive_groups_does_not_hang_on_the_order_of_its_input():
    random = Random(3)  # noqa: S311  a test's chance
    pairs = [
        (left, right, round(random.random(), 2))
        for left in range(40)
        for right in range(left + 1, 40)
        if random.random() < 0.2
    ]
    forbidden = [(left, left + 7) for left in range(0, 30, 5)]
    expected = cohesive_groups(40, pairs, forbidden, 0.2)
    for _ in range(5):
        random.shuffle(pairs)
        random.shuffle(forbidden)
        assert cohesive_groups(40, pairs, forbidden, 0.2) == expected
    assert all(expected[left] != expected[right] for left, right in forbidden)
