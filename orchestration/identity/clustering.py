"""Which nodes are connected: the components of a graph."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Nodes = NDArray[np.int32]
"""Places in the sorted list of record keys."""


def component_of_nodes(node_count: int, left: NDArray[Any], right: NDArray[Any]) -> Nodes:
    """The smallest node of each node's component, for nodes 0 to node_count - 1."""
    from scipy.sparse import coo_array  # noqa: PLC0415  imports slowly
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415  the same

    if len(left) == 0:
        return np.arange(node_count, dtype=np.int32)
    weights = np.ones(len(left), dtype=np.int8)
    graph = coo_array(
        (weights, (left.astype(np.int32), right.astype(np.int32))), shape=(node_count, node_count)
    ).tocsr()
    # Parallel edges add up and 256 of them make a zero, which is no edge.
    graph.data = np.ones(len(graph.indices), dtype=np.int8)
    count, labels = connected_components(graph, directed=False)
    smallest = np.empty(count, dtype=np.int32)
    # Written from the last node to the first: what stays is the first.
    smallest[labels[::-1]] = np.arange(node_count - 1, -1, -1, dtype=np.int32)
    named: Nodes = smallest[labels]
    return named
