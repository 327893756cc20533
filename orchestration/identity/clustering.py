"""Which records are connected: the components of the identity graph."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Nodes = NDArray[np.int64]


def component_of_nodes(node_count: int, left: Nodes, right: Nodes) -> Nodes:
    """The smallest node of each node's component, for nodes 0 to node_count - 1."""
    if node_count == 0:
        return np.empty(0, dtype=np.int64)
    weights = np.ones(len(left), dtype=np.int8)
    graph = coo_array((weights, (left, right)), shape=(node_count, node_count))
    _, labels = connected_components(graph, directed=False)
    # The first node that carries a label is its smallest, whatever number scipy gave the label.
    _, first_nodes = np.unique(labels, return_index=True)
    smallest: Nodes = first_nodes.astype(np.int64)[labels]
    return smallest
