"""Decile share: how much of the sales each tenth of the buyers brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

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


@dataclass(frozen=True, slots=True)
class Decile:
    """One tenth of the buyers, 1 = the best."""

    decile: int
    customers: int
    net_sales: Decimal
    sales_share: float
    cumulative_share: float


_SQL = """
select decile, customers, net_sales, sales_share, cumulative_share
from marts.rpt_deciles
order by decile
"""


def _build(published: Published) -> Content | None:
    deciles = published.rows(Decile, _SQL)
    currency = published.currency
    if not any(decile.net_sales for decile in deciles):
        return None
    return Content(
        reading=say("deciles.reading", share=show.percent(deciles[0].sales_share)),
        figures=in_both_languages(lambda language: _draw(deciles, currency, language)),
        numbers=_table(deciles, currency),
    )


def _draw(deciles: Sequence[Decile], currency: str, language: Language) -> go.Figure:
    def share(tick: Decimal) -> Text:
        return Text(f"{tick:.0%}", f"{tick:.0%}")

    hover = [_hover(decile, currency).to(language) for decile in deciles]
    positions = [decile.decile for decile in deciles]
    return go.Figure(
        data=[
            go.Bar(
                x=positions,
                y=[decile.sales_share for decile in deciles],
                name=say("deciles.share").to(language),
                marker={"color": style.colour("indigo")},
                hovertext=hover,
                hovertemplate="%{hovertext}<extra></extra>",
            ),
            go.Scatter(
                x=positions,
                y=[decile.cumulative_share for decile in deciles],
                name=say("deciles.cumulative").to(language),
                mode="lines+markers",
                line={"color": style.colour("thread"), "width": 2},
                cliponaxis=False,
                marker={"size": 6, "color": style.colour("thread")},
                hovertext=hover,
                hovertemplate="%{hovertext}<extra></extra>",
            ),
        ],
        layout=style.layout(
            400,
            xaxis=style.bare_axis(
                tickvals=positions,
                title={"text": say("deciles.axis_decile").to(language), "standoff": 8},
            ),
            yaxis=style.value_axis(
                style.round_ticks(1.0, least_step=Decimal("0.1")), share, language
            ),
        ),
    )


def _hover(decile: Decile, currency: str) -> Text:
    return say(
        "deciles.hover",
        decile=str(decile.decile),
        customers=show.persons(decile.customers),
        sales=show.money(decile.net_sales, currency),
        share=show.percent(decile.sales_share),
        cumulative=show.percent(decile.cumulative_share),
    )


def _table(deciles: Sequence[Decile], currency: str) -> Table:
    return Table(
        columns=(
            Column(say("deciles.decile"), kind="word"),
            Column(say("words.buyers")),
            Column(say("words.net_sales")),
            Column(say("deciles.share")),
            Column(say("deciles.cumulative")),
        ),
        rows=tuple(
            (
                show.count(decile.decile),
                show.count(decile.customers),
                show.money(decile.net_sales, currency),
                show.percent(decile.sales_share),
                show.percent(decile.cumulative_share),
            )
            for decile in deciles
        ),
    )


DECILES = Panel(key="deciles", reads=("marts.rpt_deciles",), build=_build)
