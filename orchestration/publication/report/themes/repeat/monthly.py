"""Month by month: who comes back, who falls silent, who returns, who steps up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, percent_axis
from orchestration.publication.report.charts.lines import line_chart
from orchestration.publication.report.panel import Content, Panel
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say
from orchestration.publication.report.themes.months import MONTHS_OF_RATES, month_table


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


_LINES = {
    "repeat": ("repeat_ratio", "indigo"),
    "churn": ("churn_ratio", "thread"),
    "step_up": ("step_up_ratio", "green"),
}


def _build(published: Published) -> Content | None:
    months = published.rows(Month, _SQL)[-MONTHS_OF_RATES:]
    if not months:
        return None
    last = months[-1]
    days = [month.month_start for month in months]
    return Content(
        reading=say(
            "repeat_months.reading",
            month=show.month(last.month_start),
            persons=show.persons(last.buyers_12m),
            repeat=show.percent_if_known(last.repeat_ratio),
            churn=show.percent_if_known(last.churn_ratio),
        ),
        figures=line_chart(
            [show.month(day) for day in days],
            [
                Series(
                    say(f"repeat_months.{name}"),
                    [getattr(month, column) for month in months],
                    colour,
                )
                for name, (column, colour) in _LINES.items()
            ],
            percent_axis(say("repeat_months.axis")),
        ),
        numbers=month_table(days, _columns(months)),
    )


def _columns(months: Sequence[Month]) -> list[tuple[Text, list[Text]]]:
    counts = {
        "new_buyers": [month.new_buyers for month in months],
        "repeat_buyers": [month.repeat_buyers for month in months],
    }
    ratios = {
        "repeat": [month.repeat_ratio for month in months],
        "churn": [month.churn_ratio for month in months],
        "returned": [month.return_ratio for month in months],
        "step_up": [month.step_up_ratio for month in months],
    }
    return [
        *(
            (say(f"repeat_months.{name}"), [show.count(number) for number in numbers])
            for name, numbers in counts.items()
        ),
        *(
            (say(f"repeat_months.{name}"), [show.percent_if_known(ratio) for ratio in values])
            for name, values in ratios.items()
        ),
    ]


MONTHS = Panel(key="repeat_months", reads=("marts.rpt_repeat_monthly",), build=_build)
