"""Purchase cycles: after how many days the same product is bought again."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, count_axis
from orchestration.publication.report.charts.bars import row_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import same, say


@dataclass(frozen=True, slots=True)
class Cycle:
    """One product with its gaps between purchases, in days."""

    name: str
    pairs: int
    p25: float
    median: float
    p75: float
    pack_days: int | None


_SQL = """
select
    coalesce(product_name, product_id), repurchase_pairs, gap_p25_days, gap_median_days,
    gap_p75_days, pack_days
from marts.rpt_purchase_cycles
where repurchase_pairs >= 5
order by repurchase_pairs desc, product_id
limit 15
"""


def _build(published: Published) -> Content | None:
    cycles = published.rows(Cycle, _SQL)
    if not cycles:
        return None
    first = cycles[0]
    return Content(
        reading=say(
            "cycles.reading",
            name=same(first.name),
            days=show.days(first.median),
            pairs=show.count(first.pairs),
        ),
        figures=row_chart(
            [same(cycle.name) for cycle in cycles],
            [
                Series(
                    say("cycles.median"),
                    [cycle.median for cycle in cycles],
                    low=[cycle.p25 for cycle in cycles],
                    high=[cycle.p75 for cycle in cycles],
                )
            ],
            count_axis(say("cycles.axis")),
        ),
        numbers=Table(
            columns=(
                Column(say("cycles.product"), kind="word"),
                Column(say("cycles.pairs")),
                Column(say("cycles.p25")),
                Column(say("cycles.median")),
                Column(say("cycles.p75")),
                Column(say("cycles.pack_days")),
            ),
            rows=tuple(
                (
                    same(cycle.name),
                    show.count(cycle.pairs),
                    show.days(cycle.p25),
                    show.days(cycle.median),
                    show.days(cycle.p75),
                    show.NOTHING if cycle.pack_days is None else show.days(cycle.pack_days),
                )
                for cycle in cycles
            ),
        ),
    )


CYCLES = Panel(key="cycles", reads=("marts.rpt_purchase_cycles",), build=_build)
