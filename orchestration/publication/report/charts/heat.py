"""Heat maps: two orders, or two lists of names, with a value where they meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from orchestration.publication.report.charts import style
from orchestration.publication.report.charts.axes import Number
from orchestration.publication.report.panel import Figures, in_both_languages
from orchestration.publication.report.texts import Language, Text, same, say


def heat_chart(
    columns: Sequence[Text],
    rows: Sequence[Text],
    values: Sequence[Sequence[Number | None]],
    words: Callable[[Number], Text],
    *,
    columns_title: Text,
    rows_title: Text,
    hover: Callable[[int, int], Text] | None = None,
) -> Figures:
    """Give a grid whose fields are the darker the larger their value; `values` by row.

    `words` writes a value in its field (where there is room) and below the pointer; `hover` gives
    other words for the field of a row and a column. None leaves a field empty.
    """

    def draw(language: Language) -> go.Figure:
        written = [["" if v is None else words(v).to(language) for v in row] for row in values]
        return go.Figure(
            data=go.Heatmap(
                x=list(range(len(columns))),
                y=list(range(len(rows))),
                z=[[None if v is None else float(v) for v in row] for row in values],
                text=written,
                hovertext=_hover(columns, rows, written, hover, language),
                hovertemplate="%{hovertext}<extra></extra>",
                colorscale=style.HEAT,
                xgap=1,
                ygap=1,
                showscale=False,
                hoverongaps=False,
                textfont={"size": 11, "color": style.colour("ink")},
                meta={"templates": [[9 * max(map(len, _flat(written)), default=1), "%{text}"],
                                    [0, ""]]},
            ),
            layout=style.layout(
                128 + 28 * max(len(rows), 4),
                margin={"l": 40, "r": 8, "t": 72, "b": 8},
                xaxis=style.bare_axis(
                    side="top",
                    tickvals=list(range(len(columns))),
                    ticktext=[_wrapped(name, language, 6) for name in columns],
                    tickangle=0 if len(columns) <= 6 else -45,
                    title={"text": columns_title.to(language), "standoff": 6},
                ),
                yaxis=style.bare_axis(
                    tickvals=list(range(len(rows))),
                    ticktext=[_wrapped(name, language, 10) for name in rows],
                    range=[len(rows) - 0.5, -0.5],
                    title={"text": rows_title.to(language), "standoff": 8},
                ),
            ),
        )  # fmt: skip

    return in_both_languages(draw)


def _hover(
    columns: Sequence[Text],
    rows: Sequence[Text],
    written: list[list[str]],
    hover: Callable[[int, int], Text] | None,
    language: Language,
) -> list[list[str]]:
    def field(row: int, column: int) -> str:
        own = hover(row, column) if hover else None
        words: Any = own or say(
            "charts.heat_hover", row=rows[row], column=columns[column], value=written[row][column]
        )
        return style.safe(words, language).replace("&lt;br&gt;", "<br>")

    return [[field(row, column) for column in range(len(columns))] for row in range(len(rows))]


def _flat(written: list[list[str]]) -> list[str]:
    return [words for row in written for words in row]


def _wrapped(name: Text, language: Language, width: int) -> str:
    columns = width if language == "ja" else width * 2
    return "<br>".join(
        style.safe(same(line), language) for line in wrap(name.to(language), columns)
    )
