"""What became of the products that were thought of as somebody's next."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, count_axis
from orchestration.publication.report.charts.bars import row_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say


@dataclass(frozen=True, slots=True)
class Verdict:
    """One reason to offer a product, or to leave it out."""

    kind: str
    offers: int

    @property
    def name(self) -> Text:
        """The reason in words."""
        return say(f"next_products.{self.kind}")


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many buyers are offered something."""

    buyers: int
    served: int
    by_pairs: int


_VERDICTS = """
select reason_code, count(*) from marts.rpt_next_products group by reason_code
union all
select verdict, sum(persons)::bigint
from marts.rpt_next_product_exclusions where verdict <> 'recommended' group by verdict
order by 2 desc, 1
"""
_COVERAGE = """
select
    (select count(*) from marts.customer_360 where purchase_count > 0),
    count(distinct person_id),
    count(distinct case when reason_code <> 'category_best_seller' then person_id end)
from marts.rpt_next_products
"""


def _build(published: Published) -> Content | None:
    verdicts = published.rows(Verdict, _VERDICTS)
    (coverage,) = published.rows(Coverage, _COVERAGE)
    if not verdicts:
        return None
    return Content(
        reading=say(
            "next_products.reading",
            buyers=show.persons(coverage.buyers),
            served=show.persons(coverage.served),
            by_pairs=show.persons(coverage.by_pairs),
        ),
        figures=row_chart(
            [verdict.name for verdict in verdicts],
            [Series(say("next_products.offers"), [verdict.offers for verdict in verdicts])],
            count_axis(say("next_products.offers")),
        ),
        numbers=Table(
            columns=(
                Column(say("next_products.verdict"), kind="word"),
                Column(say("next_products.offers")),
            ),
            rows=tuple((verdict.name, show.count(verdict.offers)) for verdict in verdicts),
        ),
    )


NEXT_PRODUCTS = Panel(
    key="next_products",
    reads=(
        "marts.rpt_next_products",
        "marts.rpt_next_product_exclusions",
        "marts.customer_360",
    ),
    build=_build,
)
