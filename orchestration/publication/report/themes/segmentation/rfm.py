"""RFM grid: buyers by recency and frequency, with the segment of each field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from textwrap import wrap

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
from orchestration.publication.report.texts import Language, Text, same, say, say_code

SCORES = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class RfmCell:
    """Buyers of one recency score, frequency score and segment."""

    r_score: int
    f_score: int
    segment: str
    segment_ja: str
    buyers: int
    net_sales: Decimal


_SQL = """
select
    r_score, f_score, rfm_segment, min(rfm_segment_ja), count(*),
    sum(monetary)::decimal(18, 3)
from marts.rpt_rfm
group by r_score, f_score, rfm_segment
order by r_score desc, f_score, count(*) desc, rfm_segment
"""


def _build(published: Published) -> Content | None:
    cells = published.rows(RfmCell, _SQL)
    currency = published.currency
    if not cells:
        return None
    return Content(
        reading=_reading(cells, currency),
        figures=in_both_languages(lambda language: _draw(cells, currency, language)),
        numbers=_table(cells, currency),
    )


def segment_name(cell: RfmCell) -> Text:
    """Give the segment's Japanese name as the data has it, and its English words."""
    return Text(cell.segment_ja or cell.segment, say_code("rfm_segments", cell.segment).en)


def _by_segment(cells: Sequence[RfmCell]) -> list[tuple[Text, int, Decimal]]:
    buyers: dict[str, int] = defaultdict(int)
    sales: dict[str, Decimal] = defaultdict(Decimal)
    names: dict[str, Text] = {}
    for cell in cells:
        buyers[cell.segment] += cell.buyers
        sales[cell.segment] += cell.net_sales
        names.setdefault(cell.segment, segment_name(cell))
    order = sorted(names, key=lambda segment: (-sales[segment], segment))
    return [(names[segment], buyers[segment], sales[segment]) for segment in order]


def _reading(cells: Sequence[RfmCell], currency: str) -> Text:
    segments = _by_segment(cells)
    name, buyers, sales = segments[0]
    all_buyers = sum(cell.buyers for cell in cells)
    all_sales = sum((cell.net_sales for cell in cells), Decimal(0))
    return say(
        "rfm.reading",
        all=show.persons(all_buyers),
        total=show.money(all_sales, currency),
        name=name,
        buyers=show.persons(buyers),
        buyer_share=show.percent(buyers / all_buyers),
        sales_share=show.percent(float(sales / all_sales)) if all_sales else show.NOTHING,
    )


def _draw(cells: Sequence[RfmCell], currency: str, language: Language) -> go.Figure:
    fields: dict[tuple[int, int], list[RfmCell]] = defaultdict(list)
    for cell in cells:
        fields[cell.r_score, cell.f_score].append(cell)
    grid = [[fields.get((recency, frequency), []) for frequency in SCORES] for recency in SCORES]
    return go.Figure(
        data=go.Heatmap(
            x=list(SCORES),
            y=list(SCORES),
            z=[[sum(cell.buyers for cell in field) or None for field in row] for row in grid],
            text=[[_words(field, language) for field in row] for row in grid],
            hovertext=[[_hover(field, currency, language) for field in row] for row in grid],
            hovertemplate="%{hovertext}<extra></extra>",
            colorscale=style.HEAT,
            zmin=0,
            xgap=2,
            ygap=2,
            showscale=False,
            hoverongaps=False,
            textfont={"size": 12, "color": style.colour("ink")},
            meta={
                "templates": [
                    [92, "<b>%{z:,}</b><br>%{text}"],
                    [0, "<b>%{z:,}</b>"],
                ]
            },
        ),
        layout=style.layout(
            400,
            margin={"l": 40, "r": 8, "t": 12, "b": 52},
            plot_bgcolor=style.colour("pale"),
            xaxis=style.bare_axis(
                tickvals=list(SCORES),
                range=[0.5, 5.5],
                title={"text": say("rfm.axis_frequency").to(language), "standoff": 8},
            ),
            yaxis=style.bare_axis(
                tickvals=list(SCORES),
                range=[0.5, 5.5],
                title={"text": say("rfm.axis_recency").to(language), "standoff": 8},
            ),
        ),
    )


def _words(field: list[RfmCell], language: Language) -> str:
    if not field:
        return ""
    # Rows come with the most frequent segment of a field first.
    name = segment_name(field[0]).to(language)
    return "<br>".join(style.safe(same(line), language) for line in wrap(name, 11))


def _hover(field: list[RfmCell], currency: str, language: Language) -> str:
    lines = [
        say(
            "rfm.hover",
            name=segment_name(cell),
            buyers=show.persons(cell.buyers),
            sales=show.money(cell.net_sales, currency),
        )
        for cell in field
    ]
    return "<br>".join(style.safe(line, language) for line in lines)


def _table(cells: Sequence[RfmCell], currency: str) -> Table:
    all_buyers = sum(cell.buyers for cell in cells)
    all_sales = sum((cell.net_sales for cell in cells), Decimal(0))
    return Table(
        columns=(
            Column(say("rfm.segment"), kind="word"),
            Column(say("words.buyers")),
            Column(say("words.share_of_buyers")),
            Column(say("words.net_sales")),
            Column(say("words.share_of_sales")),
        ),
        rows=tuple(
            (
                name,
                show.count(buyers),
                show.percent(buyers / all_buyers),
                show.money(sales, currency),
                show.percent(float(sales / all_sales)) if all_sales else show.NOTHING,
            )
            for name, buyers, sales in _by_segment(cells)
        ),
    )


RFM = Panel(key="rfm", reads=("marts.rpt_rfm",), build=_build)
