"""Bars: upright for an order such as months, lying for names."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from orchestration.publication.report.charts import style
from orchestration.publication.report.charts.axes import Axis, Series, extremes, hover_words, scale
from orchestration.publication.report.panel import Figures, in_both_languages
from orchestration.publication.report.texts import Language, Text, same

MOST_NAMES = 12
"""Short names below upright bars, half as many long ones; of more, some are left out."""


def column_chart(
    names: Sequence[Text],
    series: Sequence[Series],
    axis: Axis,
    *,
    names_title: Text | None = None,
    stacked: bool = False,
    height: int = 380,
) -> Figures:
    """Give upright bars, one group for each name, for what has an order: months, steps, deciles."""

    def draw(language: Language) -> go.Figure:
        places = list(range(len(names)))
        longest = max((len(name.to(language)) for name in names), default=0)
        most = MOST_NAMES if longest <= 4 else MOST_NAMES // 2
        written = places[:: max(1, -(-len(places) // most))]
        low, high = extremes(series, stacked=stacked)
        return go.Figure(
            data=[
                go.Bar(
                    x=places,
                    y=_values(each),
                    name=style.safe(each.name, language),
                    marker={"color": style.colour(each.colour)},
                    hovertext=hover_words(names, each, axis, language),
                    hovertemplate="%{hovertext}<extra></extra>",
                    **_whiskers(each, "error_y"),
                )
                for each in series
            ],
            layout=style.layout(
                height,
                barmode="stack" if stacked else "group",
                showlegend=len(series) > 1,
                legend=style.top_legend(),
                margin={"l": 56, "r": 12, "t": 76 if len(series) > 1 else 32, "b": 48},
                xaxis=style.bare_axis(
                    tickvals=written,
                    ticktext=[_wrapped(names[place], language, 5) for place in written],
                    tickangle=0,
                    **_title(names_title, language),
                ),
                yaxis=scale(axis, low, high, language),
                annotations=[style.axis_title(axis.title, language)],
            ),
        )

    return in_both_languages(draw)


def row_chart(
    names: Sequence[Text], series: Sequence[Series], axis: Axis, *, stacked: bool = False
) -> Figures:
    """Give lying bars, the first name on top, for names and long lists; it grows with them.

    One series has its values written at the bars' ends; put at most some twenty names in.
    """

    def draw(language: Language) -> go.Figure:
        low, high = extremes(series, stacked=stacked)
        per_name = 30 if stacked or len(series) == 1 else 18 * len(series) + 10
        has_legend = len(series) > 1
        return go.Figure(
            data=[_row(names, each, axis, language, is_single=not has_legend) for each in series],
            layout=style.layout(
                96 + (28 if has_legend else 0) + per_name * len(names),
                barmode="stack" if stacked else "group",
                showlegend=has_legend,
                margin={"l": 40, "r": 56, "t": 40 if has_legend else 8, "b": 52},
                xaxis=scale(
                    axis, low, high, language,
                    title={"text": axis.title.to(language), "standoff": 6}, nticks=5,
                ),
                yaxis=style.bare_axis(
                    tickvals=list(range(len(names))),
                    ticktext=[_wrapped(name, language, 14) for name in names],
                    range=[len(names) - 0.5, -0.5],
                ),
            ),
        )  # fmt: skip

    return in_both_languages(draw)


def _row(
    names: Sequence[Text], series: Series, axis: Axis, language: Language, *, is_single: bool
) -> go.Bar:
    ends = ["" if value is None else axis.exact(value).to(language) for value in series.values]
    shows_ends = is_single and not series.low
    return go.Bar(
        orientation="h",
        x=_values(series),
        y=list(range(len(names))),
        name=style.safe(series.name, language),
        text=ends if shows_ends else None,
        textposition="outside" if shows_ends else None,
        cliponaxis=False,
        marker={"color": style.colour(series.colour)},
        hovertext=hover_words(names, series, axis, language),
        hovertemplate="%{hovertext}<extra></extra>",
        **_whiskers(series, "error_x"),
    )


def _values(series: Series) -> list[float | None]:
    return [None if value is None else float(value) for value in series.values]


def _whiskers(series: Series, name: str) -> dict[str, Any]:
    if not series.low:
        return {}
    ends = list(zip(_values(series), series.low, series.high, strict=True))
    return {
        name: {
            "type": "data",
            "symmetric": False,
            "array": [0 if v is None or h is None else float(h) - v for v, _, h in ends],
            "arrayminus": [0 if v is None or low is None else v - float(low) for v, low, _ in ends],
            "color": style.colour("ink"),
            "thickness": 1.2,
            "width": 4,
        }
    }


def _wrapped(name: Text, language: Language, width: int) -> str:
    columns = width if language == "ja" else width * 2
    return "<br>".join(
        style.safe(same(line), language) for line in wrap(name.to(language), columns)
    )


def _title(title: Text | None, language: Language) -> dict[str, Any]:
    return {} if title is None else {"title": {"text": title.to(language), "standoff": 8}}
