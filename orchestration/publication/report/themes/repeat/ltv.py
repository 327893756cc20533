"""Cohort LTV: what a newly won customer has brought so many months later, by channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, money_axis
from orchestration.publication.report.charts.lines import line_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say, say_code

COLOURS = ("ink", "indigo", "thread", "amber", "green", "plum")
"""All customers first, then the channels with the most of them."""
LEAST_PERSONS = 10


@dataclass(frozen=True, slots=True)
class Value:
    """What the customers of one channel brought by one month, all old enough cohorts together."""

    dimension: str
    value: str
    months_since: int
    persons: int
    net_sales: Decimal


# Only cohorts that have the whole time behind them: the persons of a line are always the same.
_SQL = """
with old_enough as (
    select dimension, dimension_value, cohort_month
    from marts.rpt_cohort_ltv
    where months_since = $1 and is_complete
)
select
    ltv.dimension, ltv.dimension_value, ltv.months_since, sum(ltv.cohort_size)::bigint,
    sum(ltv.cumulative_net_sales)
from marts.rpt_cohort_ltv as ltv
inner join old_enough using (dimension, dimension_value, cohort_month)
where ltv.months_since <= $1 and dimension in ('all', 'channel')
group by 1, 2, 3
order by ltv.dimension, sum(ltv.cohort_size) desc, ltv.dimension_value, ltv.months_since
"""
HORIZONS = (12, 6, 3, 1)


def _build(published: Published) -> Content | None:
    for horizon in HORIZONS:
        rows = published.rows(Value, _SQL, [horizon])
        if rows and rows[0].persons >= LEAST_PERSONS:
            return _content(rows, horizon, published.currency)
    return None


def _content(rows: Sequence[Value], horizon: int, currency: str) -> Content:
    lines: dict[tuple[str, str], list[Value]] = {}
    for row in rows:
        if row.persons >= LEAST_PERSONS:
            lines.setdefault((row.dimension, row.value), []).append(row)
    shown = list(lines.values())[: len(COLOURS)]
    months = [say("ltv.month", number=str(number)) for number in range(horizon + 1)]
    first = shown[0]
    return Content(
        reading=say(
            "ltv.reading",
            months=str(horizon),
            amount=show.money(_per_person(first[-1]), currency),
            start=show.money(_per_person(first[0]), currency),
            persons=show.persons(first[-1].persons),
        ),
        figures=line_chart(
            months,
            [
                Series(_name(line[0]), [_per_person(value) for value in line], colour)
                for line, colour in zip(shown, COLOURS, strict=False)
            ],
            money_axis(say("ltv.axis"), currency),
            names_title=say("ltv.axis_months"),
        ),
        numbers=Table(
            columns=(
                Column(say("ltv.channel"), kind="word"),
                Column(say("words.persons")),
                Column(say("ltv.first_month")),
                Column(say("ltv.after", months=str(horizon))),
            ),
            rows=tuple(
                (
                    _name(line[0]),
                    show.count(line[0].persons),
                    show.money(_per_person(line[0]), currency),
                    show.money(_per_person(line[-1]), currency),
                )
                for line in lines.values()
            ),
        ),
    )


def _per_person(value: Value) -> Decimal:
    return value.net_sales / value.persons


def _name(value: Value) -> Text:
    return say_code("repeat_values", value.value)


LTV = Panel(key="ltv", reads=("marts.rpt_cohort_ltv",), build=_build)
