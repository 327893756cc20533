"""One way of linking one data set, in a process of its own so that its memory can be told."""

import json
import sys

import duckdb

from tests.benchmarks.linkage.datasets import DATASETS
from tests.benchmarks.linkage.quality import Quality, pairwise_quality
from tests.benchmarks.linkage.ways import WAYS


def link(name: str, way: str) -> Quality:
    """Links the data set and compares with its truth."""
    dataset = next(dataset for dataset in DATASETS if dataset.name == name)
    with duckdb.connect() as connection:
        clusters = WAYS[way](connection, dataset)
        truth = connection.sql("select record_id, truth from records").to_arrow_table()
    return pairwise_quality(clusters, truth)


if __name__ == "__main__":
    quality = link(sys.argv[1], sys.argv[2])
    print(json.dumps({"precision": quality.precision, "recall": quality.recall}))
