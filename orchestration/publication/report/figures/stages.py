"""Stage ladder: persons on each step; browsers apart, never added to persons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from orchestration.publication.report import format as show
from orchestration.publication.report.figures import theme
from orchestration.publication.report.figures.chart import (
    Chart,
    Column,
    Table,
    in_both_languages,
)
from orchestration.publication.report.model import Stage
from orchestration.publication.report.texts import Language, Text, say, say_code

_BUYERS = ("customer", "repeater", "dormant_customer")


def stage_chart(stages: Sequence[Stage], *, has_web_data: bool) -> Chart:
    """Give the ladder; browsers appear only when the shop has web data."""
    browsers = [stage for stage in stages if stage.subject_kind == "browser" and has_web_data]
    people = [stage for stage in stages if stage.subject_kind == "person"]
    has_people = any(stage.subjects for stage in people)
    return Chart(
        key="stages",
        title=say("stages.title"),
        definition=say("stages.definition"),
        reading=_reading(people, has_web_data=has_web_data) if has_people else say("stages.empty"),
        figures=in_both_languages(lambda language: _draw(browsers, people, language))
        if has_people
        else None,
        table=_table([*browsers, *people]) if has_people else None,
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
    layout = theme.layout(
        400,
        showlegend=False,
        margin={"l": 40, "r": 56, "t": 12, "b": 8},
        xaxis=_count_axis(people, anchor="y"),
        yaxis=theme.bare_axis(domain=[0, split - 0.01], autorange="reversed"),
        annotations=[theme.panel_title(say("stages.axis_persons").to(language), split)],
    )
    bars = [_bars(people, language)]
    if browsers:
        layout["xaxis2"] = _count_axis(browsers, anchor="y2")
        layout["yaxis2"] = theme.bare_axis(domain=[0.87, 0.97], anchor="x2")
        layout["annotations"].append(
            theme.panel_title(say("stages.axis_browsers").to(language), 0.98)
        )
        bars.append(_bars(browsers, language, xaxis="x2", yaxis="y2"))
    return go.Figure(data=bars, layout=layout)


def _count_axis(stages: Sequence[Stage], **changes: Any) -> dict[str, Any]:
    largest = max(stage.subjects for stage in stages)
    return theme.bare_axis(
        range=[0, largest * 1.02 or 1], showticklabels=False, showline=False, **changes
    )


def _bars(stages: Sequence[Stage], language: Language, **axes: str) -> go.Bar:
    return go.Bar(
        orientation="h",
        x=[stage.subjects for stage in stages],
        y=[theme.safe(stage_name(stage), language) for stage in stages],
        text=[show.count(stage.subjects).to(language) for stage in stages],
        textposition="outside",
        cliponaxis=False,
        width=0.62,
        marker={"color": [theme.colour(_role(stage)) for stage in stages]},
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
    return theme.safe(words, language)


def _share(stage: Stage) -> Text:
    return show.NOTHING if stage.share_of_kind is None else show.percent(stage.share_of_kind)


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
