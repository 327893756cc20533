"""Decile share: how much of the sales each tenth of the buyers brings."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import plotly.graph_objects as go

from orchestration.publication.report import format as show
from orchestration.publication.report.figures import theme
from orchestration.publication.report.figures.chart import (
    Chart,
    Column,
    Table,
    in_both_languages,
)
from orchestration.publication.report.model import Decile
from orchestration.publication.report.texts import Language, Text, say


def decile_chart(deciles: Sequence[Decile], currency: str) -> Chart:
    """Give the shares as bars and the cumulative share as a line."""
    has_sales = any(decile.net_sales for decile in deciles)
    return Chart(
        key="deciles",
        title=say("deciles.title"),
        definition=say("deciles.definition"),
        reading=say("deciles.reading", share=show.percent(deciles[0].sales_share))
        if has_sales
        else say("deciles.empty"),
        figures=in_both_languages(lambda language: _draw(deciles, currency, language))
        if has_sales
        else None,
        table=_table(deciles, currency) if has_sales else None,
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
                marker={"color": theme.colour("indigo")},
                hovertext=hover,
                hovertemplate="%{hovertext}<extra></extra>",
            ),
            go.Scatter(
                x=positions,
                y=[decile.cumulative_share for decile in deciles],
                name=say("deciles.cumulative").to(language),
                mode="lines+markers",
                line={"color": theme.colour("thread"), "width": 2},
                cliponaxis=False,
                marker={"size": 6, "color": theme.colour("thread")},
                hovertext=hover,
                hovertemplate="%{hovertext}<extra></extra>",
            ),
        ],
        layout=theme.layout(
            400,
            xaxis=theme.bare_axis(
                tickvals=positions,
                title={"text": say("deciles.axis_decile").to(language), "standoff": 8},
            ),
            yaxis=theme.value_axis(
                theme.round_ticks(1.0, least_step=Decimal("0.1")), share, language
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
