"""Lines over time or over an order, with bands of uncertainty; points of pairs of values."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any, Literal

import plotly.graph_objects as go

from orchestration.publication.report.charts import style
from orchestration.publication.report.charts.axes import (
    Axis,
    Number,
    Series,
    extremes,
    hover_words,
    scale,
)
from orchestration.publication.report.panel import Figures, in_both_languages
from orchestration.publication.report.texts import Language, Text, same

MOST_TICKS = 6


def line_chart(
    names: Sequence[Text],
    series: Sequence[Series],
    axis: Axis,
    *,
    places: Sequence[Number] | None = None,
    names_title: Text | None = None,
    shape: Literal["linear", "hv"] = "linear",
    height: int = 400,
) -> Figures:
    """Give one line for each series; `low` and `high` of a series become a band around it.

    `names` are the points' names, `places` where they stand (days, months; by default one after
    another). A line of steps, such as Kaplan–Meier, has the shape hv.
    """

    def draw(language: Language) -> go.Figure:
        where = [float(place) for place in (places or range(len(names)))]
        low, high = extremes(series)
        written = _written(where)
        several = len(series) > 1
        return go.Figure(
            data=[
                *(trace for each in series if each.low for trace in _band(where, each, shape)),
                *(_line(where, names, each, axis, language, shape) for each in series),
            ],
            layout=style.layout(
                height,
                showlegend=several,
                legend=style.top_legend(),
                margin={"l": 56, "r": 16, "t": 76 if several else 32, "b": 52},
                xaxis=style.bare_axis(
                    tickvals=[where[place] for place in written],
                    ticktext=[_two_lines(names[place], language) for place in written],
                    tickangle=0,
                    **(
                        {"title": {"text": names_title.to(language), "standoff": 8}}
                        if names_title
                        else {}
                    ),
                ),
                yaxis=scale(axis, low, high, language),
                annotations=[style.axis_title(axis.title, language)],
            ),
        )

    return in_both_languages(draw)


def point_chart(
    names: Sequence[Text],
    x: Sequence[Number],
    series: Sequence[Series],
    x_axis: Axis,
    y_axis: Axis,
    *,
    diagonal: Text | None = None,
    height: int = 420,
) -> Figures:
    """Give points of pairs of values; `diagonal` names the line where both are equal."""

    def draw(language: Language) -> go.Figure:
        where = [float(value) for value in x]
        low, high = extremes([*series, Series(same(""), x)] if diagonal else series)
        x_low, x_high = (low, high) if diagonal else extremes([Series(same(""), x)])
        traces: list[Any] = []
        if diagonal:
            traces.append(
                go.Scatter(
                    x=[low, high], y=[low, high], mode="lines", hoverinfo="skip",
                    name=diagonal.to(language),
                    line={"color": style.colour("grey"), "width": 1.5, "dash": "dot"},
                )
            )  # fmt: skip
        for each in series:
            line = _line(where, names, each, y_axis, language, "linear")
            traces.append(line.update(mode="markers", marker={"size": 9, "opacity": 0.8}))
        return go.Figure(
            data=traces,
            layout=style.layout(
                height,
                showlegend=len(traces) > 1,
                legend=style.top_legend(),
                margin={"l": 56, "r": 16, "t": 76, "b": 56},
                xaxis=scale(
                    x_axis, x_low, x_high, language,
                    title={"text": x_axis.title.to(language), "standoff": 8},
                ),
                yaxis=scale(y_axis, low, high, language),
                annotations=[style.axis_title(y_axis.title, language)],
            ),
        )  # fmt: skip

    return in_both_languages(draw)


def _line(
    where: Sequence[float],
    names: Sequence[Text],
    series: Series,
    axis: Axis,
    language: Language,
    shape: str,
) -> go.Scatter:
    is_short = len(where) <= 24 and shape == "linear"
    return go.Scatter(
        x=list(where),
        y=[None if value is None else float(value) for value in series.values],
        name=style.safe(series.name, language),
        mode="lines+markers" if is_short else "lines",
        line={
            "color": style.colour(series.colour), "width": 2.2, "dash": series.dash,
            "shape": shape,
        },
        marker={"size": 6, "color": style.colour(series.colour)},
        cliponaxis=False,
        hovertext=hover_words(names, series, axis, language),
        hovertemplate="%{hovertext}<extra></extra>",
    )  # fmt: skip


def _written(where: Sequence[float]) -> list[int]:
    """Give the points whose names are written: not nearer to each other than room allows."""
    if not where:
        return []
    room = (max(where) - min(where)) / MOST_TICKS
    written = [0]
    for place, value in enumerate(where):
        if value - where[written[-1]] >= room > 0:
            written.append(place)
    return written


def _two_lines(name: Text, language: Language) -> str:
    lines = wrap(name.to(language), 5 if language == "ja" else 7)
    return "<br>".join(style.safe(same(line), language) for line in lines)


def _band(where: Sequence[float], series: Series, shape: str) -> list[go.Scatter]:
    ends: list[dict[str, Any]] = [
        {"y": [None if value is None else float(value) for value in side]}
        for side in (series.low, series.high)
    ]
    ends[1] |= {"fill": "tonexty", "fillcolor": style.colour("pale")}
    return [
        go.Scatter(
            x=list(where), mode="lines", line={"width": 0, "shape": shape}, hoverinfo="skip",
            showlegend=False, **end,
        )
        for end in ends
    ]  # fmt: skip
