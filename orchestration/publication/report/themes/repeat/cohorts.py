"""Cohort heat map: who comes back how many months after the first purchase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go

from orchestration.publication.report import format as show
from orchestration.publication.report.charts import style
from orchestration.publication.report.panel import (
    Column,
    Content,
    Panel,
    Table,
    in_both_languages,
)
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Language, Text, say

COHORTS_SHOWN = 24
MONTHS_SHOWN = 24


@dataclass(frozen=True, slots=True)
class CohortCell:
    """Persons of one first-purchase month who bought again so many months later."""

    cohort_month: date
    months_since: int
    cohort_size: int
    active_persons: int
    is_complete: bool


_SQL = """
select cohort_month, months_since, cohort_size, active_persons, is_complete
from marts.rpt_cohort_retention
order by cohort_month, months_since
"""

Grid = dict[date, dict[int, CohortCell]]


def _build(published: Published) -> Content | None:
    grid = _grid(published.rows(CohortCell, _SQL))
    if not any(since > 0 for row in grid.values() for since in row):
        return None
    return Content(
        reading=_reading(grid),
        figures=in_both_languages(lambda language: _draw(grid, language)),
        numbers=_table(grid),
        note=say("cohorts.note"),
    )


def _grid(cells: Sequence[CohortCell]) -> Grid:
    shown = sorted({cell.cohort_month for cell in cells})[-COHORTS_SHOWN:]
    grid: Grid = {month: {} for month in shown}
    for cell in cells:
        if cell.cohort_month in grid and cell.months_since <= MONTHS_SHOWN:
            grid[cell.cohort_month][cell.months_since] = cell
    return grid


def _reading(grid: Grid) -> Text:
    after = {}
    for since in (1, 3, 6):
        cells = [row[since] for row in grid.values() if since in row and row[since].is_complete]
        size = sum(cell.cohort_size for cell in cells)
        if size:
            after[since] = show.percent(sum(cell.active_persons for cell in cells) / size)
    if not after:
        return say("cohorts.reading_too_early")
    parts = [
        say("cohorts.reading_part", months=str(since), share=share)
        for since, share in after.items()
    ]
    return say(
        "cohorts.reading",
        parts=Text("、".join(part.ja for part in parts), ", ".join(part.en for part in parts)),
    )


def _draw(grid: Grid, language: Language) -> go.Figure:
    last = max(since for row in grid.values() for since in row)
    columns = list(range(1, last + 1))
    ratios = [
        cell.active_persons / cell.cohort_size
        for row in grid.values()
        for since, cell in row.items()
        if since > 0 and cell.is_complete and cell.cohort_size
    ]
    labels = [_label(month, row).to(language) for month, row in grid.items()]
    return go.Figure(
        data=[
            _heat(grid, columns, language, is_complete=False, highest=1.0),
            _heat(grid, columns, language, is_complete=True, highest=max(ratios, default=1.0)),
        ],
        layout=style.layout(
            110 + 25 * max(len(grid), 4),
            margin={"l": 40, "r": 8, "t": 52, "b": 8},
            xaxis=style.bare_axis(
                side="top",
                tickvals=[since for since in columns if last <= 12 or since % 3 == 0],
                title={"text": say("cohorts.axis_months").to(language), "standoff": 6},
            ),
            yaxis=style.bare_axis(
                tickvals=list(range(len(grid))), ticktext=labels, autorange="reversed"
            ),
        ),
    )


def _heat(
    grid: Grid, columns: list[int], language: Language, *, is_complete: bool, highest: float
) -> go.Heatmap:
    values: list[list[float | None]] = []
    hover: list[list[str]] = []
    for month, row in grid.items():
        cells = [row.get(since) for since in columns]
        shown = [cell if cell and cell.is_complete is is_complete else None for cell in cells]
        values.append(
            [
                cell.active_persons / cell.cohort_size if cell and cell.cohort_size else None
                for cell in shown
            ]
        )
        hover.append([_hover(month, cell).to(language) if cell else "" for cell in shown])
    pale = style.colour("pale")
    return go.Heatmap(
        x=columns,
        y=list(range(len(grid))),
        z=values,
        text=[["" if z is None else f"{z * 100:.0f}" for z in row] for row in values],
        hovertext=hover,
        hovertemplate="%{hovertext}<extra></extra>",
        colorscale=style.HEAT if is_complete else [[0, pale], [1, pale]],
        zmin=0,
        zmax=highest or 1.0,
        xgap=1,
        ygap=1,
        showscale=False,
        textfont={"size": 11, "color": style.colour("ink")},
        meta={"templates": [[24, "%{text}"], [0, ""]]},
    )


def _label(month: date, row: dict[int, CohortCell]) -> Text:
    size = max((cell.cohort_size for cell in row.values()), default=0)
    return say("cohorts.row", month=f"{month:%Y-%m}", size=show.count(size))


def _hover(month: date, cell: CohortCell) -> Text:
    return say(
        "cohorts.hover" if cell.is_complete else "cohorts.hover_incomplete",
        month=show.month(month),
        since=str(cell.months_since),
        active=show.persons(cell.active_persons),
        size=show.persons(cell.cohort_size),
        share=show.percent(cell.active_persons / cell.cohort_size),
    )


def _table(grid: Grid) -> Table:
    last = max(since for row in grid.values() for since in row)
    return Table(
        columns=(
            Column(say("cohorts.cohort"), kind="word"),
            *(Column(say("cohorts.month_number", number=str(since))) for since in range(last + 1)),
        ),
        rows=tuple(
            (
                show.month(month),
                *(_cell(row.get(since)) for since in range(last + 1)),
            )
            for month, row in grid.items()
        ),
    )


def _cell(cell: CohortCell | None) -> Text:
    if cell is None:
        return show.NOTHING
    number = show.count(cell.active_persons)
    return number if cell.is_complete else say("cohorts.incomplete_cell", number=number)


COHORTS = Panel(key="cohorts", reads=("marts.rpt_cohort_retention",), build=_build)
