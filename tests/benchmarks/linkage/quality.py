"""How far clusters agree with the truth."""

from dataclasses import dataclass

import duckdb
import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Quality:
    """Pairwise figures over clusters: of all pairs that share a cluster, and that should."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def pairwise_quality(clusters: pa.Table, truth: pa.Table) -> Quality:
    """Compares (record_id, cluster) with (record_id, truth)."""
    with duckdb.connect() as connection:
        connection.register("clusters", clusters)
        connection.register("truths", truth)
        found, real, both = connection.execute("""
            with joined as (
                select clusters.cluster, truths.truth
                from clusters inner join truths on clusters.record_id = truths.record_id
            ),
            sizes as (
                select grouping(cluster) as any_cluster, grouping(truth) as any_truth,
                    count(*) * (count(*) - 1) / 2 as pairs
                from joined
                group by grouping sets ((cluster), (truth), (cluster, truth))
            )
            select
                coalesce(sum(pairs) filter (where any_truth = 1), 0),
                coalesce(sum(pairs) filter (where any_cluster = 1), 0),
                coalesce(sum(pairs) filter (where any_truth = 0 and any_cluster = 0), 0)
            from sizes
        """).fetchall()[0]
    return Quality(both / found if found else 1.0, both / real if real else 1.0)
