"""Repurchase curve: the share that has come back so many days after the first purchase."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, percent_axis
from orchestration.publication.report.charts.lines import line_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import say

LAST_DAY = 365
TOLD_DAYS = (30, 60, 90, 180, 365)


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The estimate on one day."""

    days: int
    at_risk: int
    converted: float
    low: float | None
    high: float | None


_SQL = f"""
select days, at_risk, converted_ratio, converted_low, converted_high
from marts.rpt_repurchase_curves
where dimension = 'all' and purchase_no = 1 and days <= {LAST_DAY}
order by days
"""


def _build(published: Published) -> Content | None:
    points = published.rows(CurvePoint, _SQL)
    if not points:
        return None
    told = [
        (day, [point for point in points if point.days <= day][-1])
        for day in TOLD_DAYS
        if day <= points[-1].days
    ]
    days = dict(told)
    middle = days.get(90)
    reading = say("curve.reading_too_early")
    if middle is not None:
        reading = say(
            "curve.reading",
            share=show.percent(middle.converted),
            persons=show.persons(points[0].at_risk),
        )
    return Content(
        reading=reading,
        figures=line_chart(
            [show.days(point.days) for point in points],
            [
                Series(
                    say("curve.converted"),
                    [point.converted for point in points],
                    low=[point.low for point in points],
                    high=[point.high for point in points],
                )
            ],
            percent_axis(say("curve.axis")),
            places=[point.days for point in points],
            names_title=say("curve.axis_days"),
            shape="hv",
        ),
        numbers=Table(
            columns=(
                Column(say("curve.day"), kind="word"),
                Column(say("curve.at_risk")),
                Column(say("curve.converted")),
                Column(say("curve.low")),
                Column(say("curve.high")),
            ),
            rows=tuple(
                (
                    show.days(day),
                    show.count(point.at_risk),
                    show.percent(point.converted),
                    show.percent_if_known(point.low),
                    show.percent_if_known(point.high),
                )
                for day, point in told
            ),
        ),
    )


CURVE = Panel(key="curve", reads=("marts.rpt_repurchase_curves",), build=_build)
