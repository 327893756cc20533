"""Month by month: who comes back, who falls silent, who returns, who steps up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, percent_axis
from orchestration.publication.report.charts.lines import line_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say

MONTHS_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Month:
    """The rates of one finished month."""

    month_start: date
    new_buyers: int
    repeat_buyers: int
    buyers_12m: int
    repeat_ratio: float | None
    churn_ratio: float | None
    return_ratio: float | None
    step_up_ratio: float | None


_SQL = """
select month_start, new_buyers, repeat_buyers, buyers_12m, repeat_ratio, churn_ratio,
    return_ratio, step_up_ratio
from marts.rpt_repeat_monthly where is_complete order by month_start
"""


def _build(published: Published) -> Content | None:
    months = published.rows(Month, _SQL)[-MONTHS_SHOWN:]
    if not months:
        return None
    last = months[-1]
    return Content(
        reading=say(
            "repeat_months.reading",
            month=show.month(last.month_start),
            persons=show.persons(last.buyers_12m),
            repeat=_percent(last.repeat_ratio),
            churn=_percent(last.churn_ratio),
        ),
        figures=line_chart(
            [show.month(month.month_start) for month in months],
            [
                Series(say("repeat_months.repeat"), [month.repeat_ratio for month in months]),
                Series(
                    say("repeat_months.churn"), [month.churn_ratio for month in months], "thread"
                ),
                Series(
                    say("repeat_months.step_up"), [month.step_up_ratio for month in months], "green"
                ),
            ],
            percent_axis(say("repeat_months.axis")),
        ),
        numbers=Table(
            columns=(
                Column(say("words.month"), kind="word"),
                Column(say("repeat_months.new_buyers")),
                Column(say("repeat_months.repeat_buyers")),
                Column(say("repeat_months.repeat")),
                Column(say("repeat_months.churn")),
                Column(say("repeat_months.returned")),
                Column(say("repeat_months.step_up")),
            ),
            rows=tuple(
                (
                    show.month(month.month_start),
                    show.count(month.new_buyers),
                    show.count(month.repeat_buyers),
                    _percent(month.repeat_ratio),
                    _percent(month.churn_ratio),
                    _percent(month.return_ratio),
                    _percent(month.step_up_ratio),
                )
                for month in months
            ),
        ),
    )


def _percent(ratio: float | None) -> Text:
    return show.NOTHING if ratio is None else show.percent(ratio)


MONTHS = Panel(key="repeat_months", reads=("marts.rpt_repeat_monthly",), build=_build)
