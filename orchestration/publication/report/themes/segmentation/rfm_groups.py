"""RFM groups: how many buyers stand in each group that Shopify names; prospects never bought."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, count_axis
from orchestration.publication.report.charts.bars import row_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say, say_code

_ATTENTION = ("AT_RISK", "PREVIOUSLY_LOYAL", "ALMOST_LOST")
"""Groups whose buyers came often, or not long ago, and are about to be lost."""


@dataclass(frozen=True, slots=True)
class Group:
    """Buyers of one group and what they have spent."""

    group: str
    buyers: int
    net_sales: Decimal


_SQL = """
select rfm_group, count(*), sum(monetary)::decimal(18, 3)
from marts.rpt_rfm
group by rfm_group
order by count(*) desc, rfm_group
"""


def _build(published: Published) -> Content | None:
    groups = published.rows(Group, _SQL)
    if not groups:
        return None
    buyers = sum(group.buyers for group in groups)
    leaving = sum(group.buyers for group in groups if group.group in _ATTENTION)
    largest = groups[0]
    return Content(
        reading=say(
            "rfm_groups.reading",
            buyers=show.persons(buyers),
            name=_name(largest),
            persons=show.persons(largest.buyers),
            share=show.percent(largest.buyers / buyers),
            leaving=show.persons(leaving),
            leaving_share=show.percent(leaving / buyers),
        ),
        figures=row_chart(
            [_name(group) for group in groups],
            [Series(say("words.buyers"), [group.buyers for group in groups])],
            count_axis(say("words.buyers")),
        ),
        numbers=Table(
            columns=(
                Column(say("rfm_groups.group"), kind="word"),
                Column(say("words.buyers")),
                Column(say("words.share_of_buyers")),
                Column(say("words.net_sales")),
            ),
            rows=tuple(
                (
                    _name(group),
                    show.count(group.buyers),
                    show.percent(group.buyers / buyers),
                    show.money(group.net_sales, published.currency),
                )
                for group in groups
            ),
        ),
    )


def _name(group: Group) -> Text:
    return say_code("rfm_group_names", group.group)


RFM_GROUPS = Panel(key="rfm_groups", reads=("marts.rpt_rfm",), build=_build)
