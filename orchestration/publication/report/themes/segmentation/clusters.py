"""Clusters: how the buyers who buy alike differ from the average buyer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.heat import heat_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, same, say

_LEAST_STABILITY = 0.6
"""Below this, clusters of other samples are so unlike these that the page warns."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster and its mean z-scores."""

    cluster_no: int
    label_ja: str
    label_en: str
    persons: int
    share: float
    median_recency_days: float
    median_purchase_count: float
    median_net_sales: Decimal
    stability: float
    z_recency_days: float
    z_purchase_count: float
    z_net_sales: float
    z_interval_days: float
    z_category_count: float
    z_discount_share: float

    @property
    def name(self) -> Text:
        """The number and the name."""
        return Text(f"{self.cluster_no} {self.label_ja}", f"{self.cluster_no} {self.label_en}")


_SCORES = [field.name for field in fields(Cluster) if field.name.startswith("z_")]
_SQL = f"""
select {", ".join(field.name for field in fields(Cluster))}
from marts.rpt_cluster_profiles
order by cluster_no
"""


def _build(published: Published) -> Content | None:
    clusters = published.rows(Cluster, _SQL)
    if not clusters:
        return None
    largest = max(clusters, key=lambda cluster: cluster.persons)
    is_shaky = clusters[0].stability < _LEAST_STABILITY
    return Content(
        reading=say(
            "clusters.reading_shaky" if is_shaky else "clusters.reading",
            number=str(len(clusters)),
            name=Text(largest.label_ja, largest.label_en),
            persons=show.persons(largest.persons),
            share=show.percent(largest.share),
            stability=show.number(largest.stability, 2),
        ),
        figures=heat_chart(
            [say(f"clusters.{score}") for score in _SCORES],
            [cluster.name for cluster in clusters],
            [[getattr(cluster, score) for score in _SCORES] for cluster in clusters],
            lambda score: same(f"{float(score):+.1f}"),
            columns_title=say("clusters.axis"),
            rows_title=say("clusters.cluster"),
        ),
        numbers=_table(clusters, published.currency),
        note=say("clusters.note"),
    )


def _table(clusters: Sequence[Cluster], currency: str) -> Table:
    return Table(
        columns=(
            Column(say("clusters.cluster"), kind="word"),
            Column(say("words.buyers")),
            Column(say("clusters.share")),
            Column(say("clusters.median_recency_days")),
            Column(say("clusters.median_purchase_count")),
            Column(say("clusters.median_net_sales")),
        ),
        rows=tuple(
            (
                cluster.name,
                show.count(cluster.persons),
                show.percent(cluster.share),
                show.days(cluster.median_recency_days),
                show.number(cluster.median_purchase_count),
                show.money(cluster.median_net_sales, currency),
            )
            for cluster in clusters
        ),
    )


CLUSTERS = Panel(key="clusters", reads=("marts.rpt_cluster_profiles",), build=_build)
