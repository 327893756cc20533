"""What one person ordered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orchestration.publication.report import format as show
from orchestration.publication.report.panel import Column, Content, Panel, PanelTable, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import same, say, say_code
from orchestration.publication.report.themes.person.chosen import chosen_person


@dataclass(frozen=True, slots=True)
class Order:
    """One order, and its place among the purchases when it counts as one."""

    day: date
    source: str
    status: str
    net_sales: Decimal | None
    is_purchase: bool
    purchase_no: int | None


_SQL = """
select ordered_date, source, status, net_sales, is_purchase, purchase_no
from marts.fct_orders
where person_id = ?
order by ordered_at, order_id
"""


def _build(published: Published) -> Content | None:
    person_id = chosen_person(published)
    orders = published.rows(Order, _SQL, [person_id]) if person_id else ()
    if not orders:
        return None
    currency = published.currency
    purchases = [order for order in orders if order.is_purchase]
    total = sum((order.net_sales or Decimal(0) for order in purchases), Decimal(0))
    return Content(
        reading=say(
            "person_orders.reading",
            orders=show.count(len(orders)),
            purchases=show.count(len(purchases)),
            sales=show.money(total, currency),
        ),
        tables=(PanelTable(say("person_orders.title"), _table(orders, currency)),),
    )


def _table(orders: Sequence[Order], currency: str) -> Table:
    return Table(
        columns=(
            Column(say("person_orders.day"), kind="word"),
            Column(say("person_orders.number")),
            Column(say("words.source"), kind="word"),
            Column(say("person_orders.status"), kind="word"),
            Column(say("words.net_sales")),
        ),
        rows=tuple(
            (
                show.day(order.day),
                show.NOTHING if order.purchase_no is None else show.count(order.purchase_no),
                same(order.source),
                say_code("order_statuses", order.status),
                show.NOTHING
                if order.net_sales is None or not order.is_purchase
                else show.money(order.net_sales, currency),
            )
            for order in reversed(orders)
        ),
    )


ORDERS = Panel(
    key="person_orders", reads=("marts.fct_orders", "marts.person_timeline"), build=_build
)
