"""Stage ladder: persons on each step; browsers apart, never added to persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
from orchestration.publication.report.texts import Language, Text, say, say_code


@dataclass(frozen=True, slots=True)
class Stage:
    """Persons, or browsers, on one step of the ladder."""

    stage: str
    stage_ja: str
    subject_kind: str
    subjects: int
    share_of_kind: float | None


_SQL = """
select stage, stage_ja, subject_kind, subjects, share_of_kind
from marts.rpt_stage_ladder
where subject_kind = 'person' or exists (select 1 from marts.fct_web_sessions)
order by stage_order, stage
"""

_BUYERS = ("customer", "repeater", "dormant_customer")


def _build(published: Published) -> Content | None:
    stages = published.rows(Stage, _SQL)
    # A shop without web data has no browsers, not zero of them.
    browsers = [stage for stage in stages if stage.subject_kind == "browser"]
    people = [stage for stage in stages if stage.subject_kind == "person"]
    if not any(stage.subjects for stage in people):
        return None
    return Content(
        reading=_reading(people, has_web_data=bool(browsers)),
        figures=in_both_languages(lambda language: _draw(browsers, people, language)),
        numbers=_table([*browsers, *people]),
    )


def stage_name(stage: Stage) -> Text:
    """Give the stage's Japanese name and its English words."""
    return Text(stage.stage_ja, say_code("stage_names", stage.stage).en)


def _reading(people: Sequence[Stage], *, has_web_data: bool) -> Text:
    total = sum(stage.subjects for stage in people)
    buyers = sum(stage.subjects for stage in people if stage.stage in _BUYERS)
    repeaters = sum(stage.subjects for stage in people if stage.stage == "repeater")
    return say(
        "stages.reading" if has_web_data else "stages.reading_without_web",
        persons=show.persons(total),
        buyers=show.percent(buyers / total),
        repeaters=show.percent(repeaters / total),
    )


def _draw(browsers: Sequence[Stage], people: Sequence[Stage], language: Language) -> go.Figure:
    split = 0.78 if browsers else 0.93
    layout = style.layout(
        400,
        showlegend=False,
        margin={"l": 40, "r": 56, "t": 12, "b": 8},
        xaxis=_count_axis(people, anchor="y"),
        yaxis=style.bare_axis(domain=[0, split - 0.01], autorange="reversed"),
        annotations=[style.panel_title(say("stages.axis_persons").to(language), split)],
    )
    bars = [_bars(people, language)]
    if browsers:
        layout["xaxis2"] = _count_axis(browsers, anchor="y2")
        layout["yaxis2"] = style.bare_axis(domain=[0.87, 0.97], anchor="x2")
        layout["annotations"].append(
            style.panel_title(say("stages.axis_browsers").to(language), 0.98)
        )
        bars.append(_bars(browsers, language, xaxis="x2", yaxis="y2"))
    return go.Figure(data=bars, layout=layout)


def _count_axis(stages: Sequence[Stage], **changes: Any) -> dict[str, Any]:
    largest = max(stage.subjects for stage in stages)
    return style.bare_axis(
        range=[0, largest * 1.02 or 1], showticklabels=False, showline=False, **changes
    )


def _bars(stages: Sequence[Stage], language: Language, **axes: str) -> go.Bar:
    return go.Bar(
        orientation="h",
        x=[stage.subjects for stage in stages],
        y=[style.safe(stage_name(stage), language) for stage in stages],
        text=[show.count(stage.subjects).to(language) for stage in stages],
        textposition="outside",
        cliponaxis=False,
        width=0.62,
        marker={"color": [style.colour(_role(stage)) for stage in stages]},
        hovertext=[_hover(stage, language) for stage in stages],
        hovertemplate="%{hovertext}<extra></extra>",
        **axes,
    )


def _role(stage: Stage) -> str:
    if stage.subject_kind == "browser" or stage.stage.startswith("dormant"):
        return "grey"
    return "indigo" if stage.stage in _BUYERS else "amber"


def _hover(stage: Stage, language: Language) -> str:
    words = say(
        "stages.hover",
        stage=stage_name(stage),
        number=show.count(stage.subjects),
        share=_share(stage),
    )
    return style.safe(words, language)


def _share(stage: Stage) -> Text:
    return show.percent_if_known(stage.share_of_kind)


def _table(stages: Sequence[Stage]) -> Table:
    return Table(
        columns=(
            Column(say("stages.stage"), kind="word"),
            Column(say("stages.layer"), kind="word"),
            Column(say("stages.counted"), kind="word"),
            Column(say("words.number")),
            Column(say("stages.share")),
        ),
        rows=tuple(
            (
                stage_name(stage),
                say_code("layer_names", stage.stage),
                say_code("subject_kinds", stage.subject_kind),
                show.count(stage.subjects),
                _share(stage),
            )
            for stage in stages
        ),
    )


LADDER = Panel(
    key="stages", reads=("marts.rpt_stage_ladder", "marts.fct_web_sessions"), build=_build
)
