"""How many purchases the next 90 days are expected to bring, and of whom."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, number_axis
from orchestration.publication.report.charts.bars import column_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, say


@dataclass(frozen=True, slots=True)
class Group:
    """Buyers with so many purchases so far."""

    purchases: str
    buyers: int
    orders: float
    sales: Decimal


_SQL = """
with grouped as (
    select
        case
            when customer_360.purchase_count = 1 then 'one'
            when customer_360.purchase_count = 2 then 'two'
            when customer_360.purchase_count <= 5 then 'few'
            else 'many'
        end as purchases,
        customer_360.purchase_count,
        predictions.expected_orders_90d,
        predictions.expected_sales_90d
    from marts.customer_predictions as predictions
    inner join marts.customer_360 as customer_360
        on predictions.person_id = customer_360.person_id
    where predictions.expected_orders_90d is not null
)

select
    purchases,
    count(*),
    sum(expected_orders_90d),
    coalesce(sum(expected_sales_90d), 0)
from grouped
group by purchases
order by min(purchase_count)
"""


def _build(published: Published) -> Content | None:
    groups = published.rows(Group, _SQL)
    if not groups:
        return None
    currency = published.currency
    orders = sum(group.orders for group in groups)
    repeated = sum(group.orders for group in groups if group.purchases != "one")
    return Content(
        reading=say(
            "expected_orders.reading",
            persons=show.persons(sum(group.buyers for group in groups)),
            orders=show.count(round(orders)),
            sales=show.money(sum((g.sales for g in groups), Decimal(0)), currency),
            share=show.percent(repeated / orders if orders else 0.0),
        ),
        figures=column_chart(
            [_name(group) for group in groups],
            [Series(say("expected_orders.orders"), [group.orders for group in groups])],
            number_axis(say("expected_orders.orders"), 0),
            names_title=say("expected_orders.so_far"),
        ),
        numbers=Table(
            columns=(
                Column(say("expected_orders.so_far"), kind="word"),
                Column(say("words.buyers")),
                Column(say("expected_orders.orders")),
                Column(say("expected_orders.each")),
                Column(say("expected_orders.sales")),
            ),
            rows=tuple(
                (
                    _name(group),
                    show.count(group.buyers),
                    show.number(group.orders),
                    show.number(group.orders / group.buyers, 2),
                    show.money(group.sales, currency),
                )
                for group in groups
            ),
        ),
    )


def _name(group: Group) -> Text:
    return say(f"expected_orders.{group.purchases}")


EXPECTED_ORDERS = Panel(
    key="expected_orders",
    reads=("marts.customer_predictions", "marts.customer_360"),
    build=_build,
)
