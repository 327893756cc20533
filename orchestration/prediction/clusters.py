"""Clusters of buyers: who buys alike, how each cluster differs, and who is typical of it."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.prediction.analysis_runs import run_table
from orchestration.prediction.cluster_names import ClusterWord, cluster_name
from orchestration.prediction.grouping import Earlier, Groups, group
from orchestration.prediction.registry import (
    CLUSTER_CENTROIDS,
    CLUSTER_PROFILES,
    CLUSTER_RUNS,
    CLUSTERS,
    HABITS,
)
from orchestration.prediction.step import Predicted, Task

Matrix = NDArray[np.float64]

_MEDOIDS = 5


def predict(task: Task) -> Predicted:
    """Cluster the buyers, or say why there are too few of them."""
    people, values = _habits(task)
    least_buyers = int(task.settings["cluster_least_buyers"])
    if len(people) < least_buyers:
        return _nothing(len(people), f"{len(people)} buyers; {least_buyers} are needed")
    try:
        groups = group(
            np.log1p(_complete(values)),
            least=int(task.settings["cluster_least"]),
            most=int(task.settings["cluster_most"]),
            rank_by=HABITS.index("net_sales"),
            earlier=_earlier(task),
        )
    except ValueError as error:
        return _nothing(len(people), str(error))
    ranks = medoid_ranks(groups, people)
    tables = {
        CLUSTERS.name: pa.table(
            {
                "person_id": people,
                "cluster_no": groups.number_of,
                "distance": groups.distance,
                "medoid_rank": [rank if rank <= _MEDOIDS else None for rank in ranks],
            },
            schema=CLUSTERS.schema,
        ),
        CLUSTER_PROFILES.name: pa.Table.from_pylist(
            profiles(groups, values, _words(task), _earlier_numbers(task)),
            schema=CLUSTER_PROFILES.schema,
        ),
        CLUSTER_CENTROIDS.name: _centroid_rows(task, groups),
        CLUSTER_RUNS.name: run_table(
            CLUSTER_RUNS, "clusters", "fitted", _said(groups), rows=len(people)
        ),
    }
    figures = {"clusters": len(groups.numbers), "silhouette": round(groups.silhouette, 3)}
    return Predicted(tables, figures)


def medoid_ranks(groups: Groups, people: list[str]) -> list[int]:
    """Each person's place in the own cluster by distance from its centre, 1 is the medoid.

    Of squared distances to all members, the sum is least for the member nearest the centre.
    Persons as far from it as each other stand in the order of their ids.
    """
    order = sorted(
        range(len(people)),
        key=lambda row: (groups.number_of[row], groups.distance[row], people[row]),
    )
    ranks = [0] * len(people)
    before, rank = None, 0
    for row in order:
        number = groups.number_of[row]
        rank = rank + 1 if number == before else 1
        ranks[row], before = rank, number
    return ranks


def profiles(
    groups: Groups, values: Matrix, words: list[ClusterWord], earlier: frozenset[int]
) -> list[dict[str, object]]:
    """One row per cluster: its size, medians in the features' units, mean z-scores and name.

    A cluster is new when its number is none of `earlier`.
    """
    rows: list[dict[str, object]] = []
    for number in groups.numbers:
        members = groups.number_of == number
        scores = dict(zip(HABITS, groups.scores[members].mean(axis=0).tolist(), strict=True))
        label_ja, label_en = cluster_name(scores, words)
        rows.append(
            {
                "cluster_no": int(number),
                "label_ja": label_ja,
                "label_en": label_en,
                "persons": int(np.count_nonzero(members)),
                "share": float(np.mean(members)),
                "silhouette": groups.silhouette,
                "stability": groups.stability,
                "is_new": int(number) not in earlier,
                **{
                    f"median_{name}": _median(values[members, column])
                    for column, name in enumerate(HABITS)
                },
                **{f"z_{name}": score for name, score in scores.items()},
            }
        )
    return rows


def _median(values: NDArray[np.float64]) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else None


def _habits(task: Task) -> tuple[list[str], Matrix]:
    columns = ", ".join(f"cast({name} as double) as {name}" for name in HABITS)
    rows = task.connection.sql(
        f"select person_id, {columns} from intermediate.int_prediction__habits order by person_id"
    ).to_arrow_table()
    values = np.column_stack(
        [rows[name].to_numpy(zero_copy_only=False).astype(np.float64) for name in HABITS]
    )
    return rows["person_id"].to_pylist(), values


def _complete(values: Matrix) -> Matrix:
    """The values with no gap and nothing below 0: the logarithm wants both.

    An interval that nobody knows yet (one purchase) is the median of those known, so that it
    pulls nobody anywhere. Returns can make sales negative.
    """
    filled = values.copy()
    for column in filled.T:
        gaps = np.isnan(column)
        column[gaps] = 0.0 if gaps.all() else np.median(column[~gaps])
    filled[:, HABITS.index("discount_share")] *= 100
    return np.maximum(filled, 0.0)


def _words(task: Task) -> list[ClusterWord]:
    rows = task.connection.execute(
        "select feature, direction, least_z, label_ja, label_en from seeds.cluster_words "
        "order by feature, direction"
    ).fetchall()
    return [ClusterWord(*row) for row in rows]


def _earlier(task: Task) -> Earlier | None:
    """The centroids of the last run as of this day or before; none where features changed."""
    kept = [
        row
        for row in task.earlier(CLUSTER_CENTROIDS).to_pylist()
        if row["as_of_date"] <= task.as_of_date
    ]
    if not kept:
        return None
    last = max(row["as_of_date"] for row in kept)
    rows = sorted(
        (row for row in kept if row["as_of_date"] == last), key=lambda row: row["cluster_no"]
    )
    centroids = np.array([[row[name] for name in HABITS] for row in rows], dtype=np.float64)
    return Earlier(np.array([row["cluster_no"] for row in rows]), centroids)


def _earlier_numbers(task: Task) -> frozenset[int]:
    """The numbers of days before this one: a second run of a day says what the first said."""
    rows = task.earlier(CLUSTER_CENTROIDS).to_pylist()
    return frozenset(row["cluster_no"] for row in rows if row["as_of_date"] < task.as_of_date)


def _centroid_rows(task: Task, groups: Groups) -> pa.Table:
    columns = {name: groups.centroids[:, place] for place, name in enumerate(HABITS)}
    days = [task.as_of_date] * len(groups.numbers)
    return pa.table(
        {"as_of_date": days, "cluster_no": groups.numbers, **columns},
        schema=CLUSTER_CENTROIDS.schema,
    )


def _said(groups: Groups) -> str:
    return (
        f"{len(groups.numbers)} clusters, silhouette {groups.silhouette:.3f}, "
        f"stability {groups.stability:.3f}"
    )


def _nothing(buyers: int, reason: str) -> Predicted:
    empty = {
        table.name: table.schema.empty_table()
        for table in (CLUSTERS, CLUSTER_PROFILES, CLUSTER_CENTROIDS)
    }
    run = run_table(CLUSTER_RUNS, "clusters", "too_few_data", reason, rows=buyers)
    return Predicted({**empty, CLUSTER_RUNS.name: run}, {"reason": reason})
