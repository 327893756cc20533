"""Pairs of products that are bought together far more often than by chance."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, number_axis
from orchestration.publication.report.charts.bars import row_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, same, say


@dataclass(frozen=True, slots=True)
class Pair:
    """Two products in one order."""

    name_a: str
    name_b: str
    orders: int
    confidence: float
    lift: float
    lift_lower: float

    @property
    def name(self) -> Text:
        """Both names."""
        return same(f"{self.name_a} × {self.name_b}")


_SQL = """
select
    coalesce(product_a_name, product_a_id), coalesce(product_b_name, product_b_id), pair_count,
    confidence_a_to_b, lift, lift_lower
from marts.rpt_basket_affinity
where kind = 'same_order' and lift_lower > 1
order by lift_lower desc, product_a_id, product_b_id
limit 12
"""


def _build(published: Published) -> Content | None:
    pairs = published.rows(Pair, _SQL)
    if not pairs:
        return None
    first = pairs[0]
    return Content(
        reading=say(
            "together.reading",
            a=same(first.name_a),
            b=same(first.name_b),
            lift=show.times(first.lift),
            orders=show.count(first.orders),
            share=show.percent(first.confidence),
        ),
        figures=row_chart(
            [pair.name for pair in pairs],
            [
                Series(
                    say("together.lift"),
                    [pair.lift for pair in pairs],
                    low=[pair.lift_lower for pair in pairs],
                    high=[pair.lift for pair in pairs],
                )
            ],
            number_axis(say("together.lift")),
        ),
        numbers=Table(
            columns=(
                Column(say("together.pair"), kind="word"),
                Column(say("together.orders")),
                Column(say("together.share")),
                Column(say("together.lift")),
                Column(say("together.lift_lower")),
            ),
            rows=tuple(
                (
                    pair.name,
                    show.count(pair.orders),
                    show.percent(pair.confidence),
                    show.times(pair.lift),
                    show.times(pair.lift_lower),
                )
                for pair in pairs
            ),
        ),
    )


TOGETHER = Panel(key="together", reads=("marts.rpt_basket_affinity",), build=_build)
