"""Month by month: how many persons stepped up the ladder, fell asleep, or came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, count_axis
from orchestration.publication.report.charts.bars import column_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import say

MONTHS_SHOWN = 12
_DIRECTIONS = {"up": "indigo", "back": "green", "down": "thread"}


@dataclass(frozen=True, slots=True)
class Month:
    """The changes of stage of persons in one month that has ended."""

    month: date
    up: int
    back: int
    down: int


# A month has ended when its last day is a day that the publication knows.
_SQL = """
select
    date_trunc('month', changed_on)::date as month_start,
    count(*) filter (direction = 'up'),
    count(*) filter (direction = 'return'),
    count(*) filter (direction = 'down')
from marts.fct_stage_transitions
where
    subject_kind = 'person' and from_stage is not null
    and last_day(changed_on) <= (select max(as_of_date) from marts.rpt_stage_ladder)
group by month_start
order by month_start
"""


def _build(published: Published) -> Content | None:
    months = published.rows(Month, _SQL)[-MONTHS_SHOWN:]
    if not months:
        return None
    latest = months[-1]
    return Content(
        reading=say(
            "stage_flow.reading",
            month=show.month(latest.month),
            up=show.persons(latest.up),
            back=show.persons(latest.back),
            down=show.persons(latest.down),
        ),
        figures=column_chart(
            [show.month(month.month) for month in months],
            [
                Series(
                    say(f"stage_flow.{direction}"),
                    [getattr(month, direction) for month in months],
                    colour,
                )
                for direction, colour in _DIRECTIONS.items()
            ],
            count_axis(say("words.persons")),
        ),
        numbers=Table(
            columns=(
                Column(say("words.month"), kind="word"),
                *(Column(say(f"stage_flow.{direction}")) for direction in _DIRECTIONS),
            ),
            rows=tuple(
                (
                    show.month(month.month),
                    show.count(month.up),
                    show.count(month.back),
                    show.count(month.down),
                )
                for month in reversed(months)
            ),
        ),
    )


FLOW = Panel(
    key="stage_flow",
    reads=("marts.fct_stage_transitions", "marts.rpt_stage_ladder"),
    build=_build,
)
