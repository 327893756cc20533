"""Whether those of whom much was expected bought much: expected and actual by tenth."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, number_axis
from orchestration.publication.report.charts.bars import column_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import same, say


@dataclass(frozen=True, slots=True)
class Tenth:
    """A tenth of the buyers by expected purchases, 1 being those of whom most was expected."""

    decile: int
    customers: int
    expected: float
    actual: int
    days: int


_SQL = """
select decile, customers, expected_orders, actual_orders, horizon_days
from marts.rpt_calibration
where as_of_date = (select max(as_of_date) from marts.rpt_calibration)
order by decile
"""


def _build(published: Published) -> Content | None:
    tenths = published.rows(Tenth, _SQL)
    if not tenths:
        return None
    expected, actual = sum(t.expected for t in tenths), sum(t.actual for t in tenths)
    each = [(t.expected / t.customers, t.actual / t.customers) for t in tenths]
    return Content(
        reading=say(
            "calibration.reading" if actual else "calibration.nothing",
            persons=show.persons(sum(t.customers for t in tenths)),
            days=show.days(tenths[0].days),
            expected=show.count(round(expected)),
            actual=show.count(actual),
            off=show.change(expected / actual - 1) if actual else same(""),
        ),
        figures=column_chart(
            [same(t.decile) for t in tenths],
            [
                Series(say("calibration.expected"), [before for before, _ in each]),
                Series(say("calibration.actual"), [after for _, after in each], colour="thread"),
            ],
            number_axis(say("calibration.axis"), 2),
            names_title=say("calibration.tenth"),
        ),
        numbers=Table(
            columns=(
                Column(say("calibration.tenth"), kind="word"),
                Column(say("words.buyers")),
                Column(say("calibration.expected")),
                Column(say("calibration.actual")),
            ),
            rows=tuple(
                (
                    same(t.decile),
                    show.count(t.customers),
                    show.number(t.expected),
                    show.count(t.actual),
                )
                for t in tenths
            ),
        ),
    )


CALIBRATION = Panel(key="calibration", reads=("marts.rpt_calibration",), build=_build)
