"""Month by month: how many persons stepped up the ladder, fell asleep, or came back."""

from __future__ import annotations

from orchestration.publication.report.panel import Content, Panel
from orchestration.publication.report.published import Published
from orchestration.publication.report.themes.months import Moves, moves_content

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
    return moves_content("stage_flow", published.rows(Moves, _SQL))


FLOW = Panel(
    key="stage_flow",
    reads=("marts.fct_stage_transitions", "marts.rpt_stage_ladder"),
    build=_build,
)
