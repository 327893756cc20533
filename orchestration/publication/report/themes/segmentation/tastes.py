"""CTB: what buyers lean to, by the category, taste or brand they bought most of lately."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, count_axis
from orchestration.publication.report.charts.bars import row_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import same, say, say_code

VALUES_SHOWN = 6
"""Values of each dimension."""


@dataclass(frozen=True, slots=True)
class Taste:
    """Buyers who lean to one value of a dimension more than to any other."""

    dimension: str
    value: str
    persons: int
    buyers: int
    """All buyers of the dimension."""


_SQL = """
with strongest as (
    select dimension, dimension_value, count(*) as persons
    from marts.rpt_ctb_affinity
    where affinity_rank = 1
    group by dimension, dimension_value
),

ranked as (
    select
        *, sum(persons) over (partition by dimension) as buyers,
        row_number() over (
            partition by dimension order by persons desc, dimension_value
        ) as place
    from strongest
)

select dimension, dimension_value, persons, buyers::bigint
from ranked
where place <= ?
order by
    case dimension when 'category' then 1 when 'taste' then 2 else 3 end, dimension, place
"""


def _build(published: Published) -> Content | None:
    tastes = published.rows(Taste, _SQL, [VALUES_SHOWN])
    if not tastes:
        return None
    first = tastes[0]
    names = [
        say(
            "tastes.name",
            dimension=say_code("taste_dimensions", taste.dimension),
            value=same(taste.value),
        )
        for taste in tastes
    ]
    return Content(
        reading=say(
            "tastes.reading",
            dimension=say_code("taste_dimensions", first.dimension),
            value=same(first.value),
            persons=show.persons(first.persons),
            share=show.percent(first.persons / first.buyers),
        ),
        figures=row_chart(
            names,
            [Series(say("words.buyers"), [taste.persons for taste in tastes])],
            count_axis(say("words.buyers")),
        ),
        numbers=Table(
            columns=(
                Column(say("tastes.value"), kind="word"),
                Column(say("words.buyers")),
                Column(say("words.share_of_buyers")),
            ),
            rows=tuple(
                (name, show.count(taste.persons), show.percent(taste.persons / taste.buyers))
                for name, taste in zip(names, tastes, strict=True)
            ),
        ),
    )


TASTES = Panel(key="tastes", reads=("marts.rpt_ctb_affinity",), build=_build)
