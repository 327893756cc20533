"""Net sales and purchases by month, first purchases against later ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
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
from orchestration.publication.report.texts import Language, Text, say

MONTHS_SHOWN = 36


@dataclass(frozen=True, slots=True)
class MonthSales:
    """Purchases of one month, first purchases apart from later ones."""

    month: date
    is_complete: bool
    new_sales: Decimal
    repeat_sales: Decimal
    new_orders: int
    repeat_orders: int


_SQL = """
with months as (
    select distinct date_trunc('month', kpi_date)::date as month from marts.rpt_kpi_daily
),

purchases as (
    select
        date_trunc('month', ordered_date)::date as month,
        sum(net_sales) filter (is_first_purchase) as new_sales,
        sum(net_sales) filter (not is_first_purchase) as repeat_sales,
        count(*) filter (is_first_purchase) as new_orders,
        count(*) filter (not is_first_purchase) as repeat_orders
    from marts.fct_orders
    where is_purchase
    group by all
)

select
    months.month, last_day(months.month) <= ?,
    coalesce(purchases.new_sales, 0)::decimal(18, 3),
    coalesce(purchases.repeat_sales, 0)::decimal(18, 3),
    coalesce(purchases.new_orders, 0), coalesce(purchases.repeat_orders, 0)
from months
left join purchases on months.month = purchases.month
order by months.month
"""


def _build(published: Published) -> Content | None:
    months = published.rows(MonthSales, _SQL, [published.about.as_of_date])[-MONTHS_SHOWN:]
    currency = published.currency
    if not any(month.new_orders + month.repeat_orders for month in months):
        return None
    return Content(
        reading=_reading(months, currency),
        figures=in_both_languages(lambda language: _draw(months, currency, language)),
        numbers=_table(months, currency),
    )


def _reading(months: Sequence[MonthSales], currency: str) -> Text:
    complete = [month for month in months if month.is_complete]
    latest = complete[-1] if complete else months[-1]
    total = latest.new_sales + latest.repeat_sales
    words = "sales.reading" if latest.is_complete else "sales.reading_so_far"
    if not total:
        return say("sales.reading_without_sales", month=show.month(latest.month))
    return say(
        words,
        month=show.month(latest.month),
        sales=show.money(total, currency),
        share=show.percent(float(latest.repeat_sales / total)),
        orders=show.count(latest.new_orders + latest.repeat_orders),
    )


def _draw(months: Sequence[MonthSales], currency: str, language: Language) -> go.Figure:
    names = [_name(month).to(language) for month in months]
    largest_sales = max(float(month.new_sales + month.repeat_sales) for month in months)
    largest_orders = max(month.new_orders + month.repeat_orders for month in months)

    def money(tick: Decimal) -> Text:
        return show.money_short(tick, currency)

    def orders(tick: Decimal) -> Text:
        return show.count(int(tick))

    step = max(1, -(-len(months) // 6))
    ticks = list(range((len(months) - 1) % step, len(months), step))
    return go.Figure(
        data=[
            bar
            for kind in ("repeat", "new")
            for bar in _bars(kind, months, names, currency, language)
        ],
        layout=style.layout(
            430,
            barmode="stack",
            xaxis=style.bare_axis(
                anchor="y2",
                tickvals=ticks,
                ticktext=[_short_name(months[tick], language) for tick in ticks],
                tickangle=0,
            ),
            yaxis=style.value_axis(
                style.round_ticks(largest_sales), money, language, domain=[0.46, 0.9]
            ),
            yaxis2=style.value_axis(
                style.round_ticks(largest_orders), orders, language, domain=[0, 0.34]
            ),
            annotations=[
                style.panel_title(say("sales.axis_sales").to(language), 0.9),
                style.panel_title(say("sales.axis_orders").to(language), 0.34),
            ],
        ),
    )


def _bars(
    kind: str, months: Sequence[MonthSales], names: list[str], currency: str, language: Language
) -> list[go.Bar]:
    sales = [month.new_sales if kind == "new" else month.repeat_sales for month in months]
    orders = [month.new_orders if kind == "new" else month.repeat_orders for month in months]
    label = say(f"sales.{kind}").to(language)
    shared: dict[str, Any] = {
        "x": list(range(len(months))),
        "name": label,
        "legendgroup": kind,
        "marker": {
            "color": style.colour("amber" if kind == "new" else "indigo"),
            "opacity": [1 if month.is_complete else 0.5 for month in months],
        },
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    return [
        go.Bar(
            y=[float(amount) for amount in sales],
            hovertext=[
                f"{name}<br>{label} {show.money(amount, currency).to(language)}"
                for name, amount in zip(names, sales, strict=True)
            ],
            **shared,
        ),
        go.Bar(
            y=orders,
            yaxis="y2",
            showlegend=False,
            hovertext=[
                f"{name}<br>{label} {show.count(number).to(language)}"
                for name, number in zip(names, orders, strict=True)
            ],
            **shared,
        ),
    ]


def _name(month: MonthSales) -> Text:
    words = show.month(month.month)
    return words if month.is_complete else say("sales.so_far", month=words)


def _short_name(month: MonthSales, language: Language) -> str:
    if language == "ja":
        return f"{month.month.year}<br>{month.month.month}月"
    return f"{month.month:%b}<br>{month.month.year}"


def _table(months: Sequence[MonthSales], currency: str) -> Table:
    return Table(
        columns=(
            Column(say("words.month"), kind="word"),
            Column(say("sales.new_sales")),
            Column(say("sales.repeat_sales")),
            Column(say("sales.total_sales")),
            Column(say("sales.new_orders")),
            Column(say("sales.repeat_orders")),
        ),
        rows=tuple(
            (
                _name(month),
                show.money(month.new_sales, currency),
                show.money(month.repeat_sales, currency),
                show.money(month.new_sales + month.repeat_sales, currency),
                show.count(month.new_orders),
                show.count(month.repeat_orders),
            )
            for month in reversed(months)
        ),
    )


SALES = Panel(key="sales", reads=("marts.fct_orders", "marts.rpt_kpi_daily"), build=_build)
