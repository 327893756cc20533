import numpy as np
import pytest

from orchestration.identity.clustering import component_of_nodes


def components(node_count: int, edges: list[tuple[int, int]]) -> list[int]:
    left = np.array([edge[0] for edge in edges], dtype=np.int64)
    right = np.array([edge[1] for edge in edges], dtype=np.int64)
    return component_of_nodes(node_count, left, right).tolist()


@pytest.mark.parametrize(
    ("node_count", "edges", "expected"),
    [
        pytest.param(0, [], [], id="no nodes"),
        pytest.param(3, [], [0, 1, 2], id="no edges"),
        pytest.param(4, [(3, 2), (2, 1)], [0, 1, 1, 1], id="a chain takes its smallest node"),
        pytest.param(4, [(0, 1), (0, 1), (1, 0)], [0, 0, 2, 3], id="the same edge three times"),
        pytest.param(2, [(1, 1)], [0, 1], id="an edge to itself"),
    ],
)
def test_components_are_named_by_their_smallest_node(
    node_count: int, edges: list[tuple[int, int]], expected: list[int]
) -> None:
    assert components(node_count, edges) == expected


def test_many_edges_do_not_overflow_when_they_repeat() -> None:
    assert components(2, [(0, 1)] * 300) == [0, 0]
