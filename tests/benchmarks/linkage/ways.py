"""The ways of linking that the benchmark compares; each leaves (record_id, cluster)."""

import logging
from collections.abc import Iterable

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.identity.clustering import component_of_nodes
from orchestration.identity.linkage.cohesion import cohesive_groups
from orchestration.identity.linkage.scoring import score_pairs
from tests.benchmarks.linkage.dataset import Dataset


def load(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> list[str]:
    """Makes the table `records`; gives its ids in order."""
    # Splink runs hundreds of small statements; a bar for each would fill the console.
    connection.execute("set enable_progress_bar = false")
    query = dataset.load.format(*dataset.files)
    connection.execute(f"create table records as select * from ({query}) order by record_id")
    rows = connection.execute("select record_id from records order by record_id").fetchall()
    return [record for (record,) in rows]


def exact(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> pa.Table:
    """Records that share an exact identifier, and whatever they share with others."""
    ids = load(connection, dataset)
    edges: list[tuple[str, str]] = []
    for key in dataset.exact_keys:
        edges += connection.execute(
            f"select record_id, min(record_id) over (partition by {key}) from records"
            f" where {key} is not null"
        ).fetchall()
    return _clusters(ids, edges)


def splink_alone(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> pa.Table:
    """Splink's published example: its settings, its training, its threshold, its clustering."""
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.CRITICAL)
    load(connection, dataset)
    api = DuckDBAPI(connection)
    settings = dataset.example.settings()
    if settings.link_type == "link_only":
        connection.execute("create table a as select * from records where file = 'a'")
        connection.execute("create table b as select * from records where file = 'b'")
        linker = Linker([api.register("a"), api.register("b")], settings, log_level=None)
    else:
        linker = Linker(api.register("records"), settings, log_level=None)
    dataset.example.train(linker)
    threshold = dataset.example.threshold
    scores = linker.inference.predict(threshold_match_probability=threshold)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        scores, threshold_match_probability=threshold
    )
    return connection.sql(
        f"select record_id, cluster_id as cluster from {clusters.physical_name}"
    ).to_arrow_table()


def enishi(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> pa.Table:
    """Our linkage in merge mode: training, scores, veto, cohesive groups, components."""
    ids = load(connection, dataset)
    node = {record: place for place, record in enumerate(ids)}
    scores = score_pairs(connection, "records", dataset.model, LEAST_PROBABILITY)
    pairs, forbidden = [], []
    veto = dataset.model.veto
    levels = scores[f"level_{veto}"].to_pylist() if veto else [None] * len(scores)
    for left, right, probability, level in zip(
        scores["record_left"].to_pylist(),
        scores["record_right"].to_pylist(),
        scores["match_probability"].to_pylist(),
        levels,
        strict=True,
    ):
        if level == 0:
            forbidden.append((node[left], node[right]))
        else:
            pairs.append((node[left], node[right], probability))
    groups = cohesive_groups(len(ids), pairs, forbidden, LEAST_MEAN)
    return _clusters(ids, [(record, ids[group]) for record, group in zip(ids, groups, strict=True)])


LEAST_PROBABILITY = 0.02
"""Pairs below it count as 0 when groups are formed."""
LEAST_MEAN = 0.25
"""How well a group must hold together: see orchestration.identity.linkage.cohesion."""
WAYS = {"exact": exact, "splink": splink_alone, "enishi": enishi}


def _clusters(ids: list[str], edges: Iterable[tuple[str, str]]) -> pa.Table:
    node = {record: place for place, record in enumerate(ids)}
    pairs = np.array([(node[left], node[right]) for left, right in edges], dtype=np.int64)
    left, right = pairs.reshape(-1, 2).T
    components = component_of_nodes(len(ids), left, right)
    return pa.table({"record_id": ids, "cluster": [ids[place] for place in components.tolist()]})
