"""Repurchases by the week in which they are expected: whom to remind when."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, count_axis
from orchestration.publication.report.charts.bars import column_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from the day after as_of_date on; below 0 they are past."""

    number: int
    persons: int
    products: int

    @property
    def name(self) -> Text:
        """How the week is called."""
        if self.number == 0:
            return say("due.this_week")
        key = "due.weeks_ahead" if self.number > 0 else "due.weeks_ago"
        return say(key, number=str(abs(self.number)))


_SQL = """
with weeks as (
    select generate_series as number from generate_series(-4, 8)
),

placed as (
    select person_id, product_id, floor((days_to_expected - 1) / 7.0)::bigint as number
    from marts.rpt_repurchase_due
)

select
    weeks.number, count(distinct placed.person_id), count(placed.product_id)
from weeks
left join placed on weeks.number = placed.number
where exists (select 1 from marts.rpt_repurchase_due)
group by weeks.number
order by weeks.number
"""


def _build(published: Published) -> Content | None:
    weeks = published.rows(Week, _SQL)
    if not weeks:
        return None
    persons = {week.number: week.persons for week in weeks}
    return Content(
        reading=say(
            "due.reading",
            now=show.persons(persons[0]),
            next=show.persons(persons[1]),
            before=show.persons(persons[-1]),
        ),
        figures=column_chart(
            [week.name for week in weeks],
            [Series(say("due.persons"), [week.persons for week in weeks])],
            count_axis(say("due.persons")),
        ),
        numbers=Table(
            columns=(
                Column(say("due.week"), kind="word"),
                Column(say("due.persons")),
                Column(say("due.products")),
            ),
            rows=tuple(
                (week.name, show.count(week.persons), show.count(week.products)) for week in weeks
            ),
        ),
    )


DUE = Panel(key="due", reads=("marts.rpt_repurchase_due",), build=_build)
