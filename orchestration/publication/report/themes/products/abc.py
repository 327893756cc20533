"""ABC of products: which carry the sales, and which bring buyers back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, money_axis
from orchestration.publication.report.charts.bars import row_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, same, say

ITEMS_SHOWN = 15


@dataclass(frozen=True, slots=True)
class Item:
    """One product by its net sales, and how many who began with it came back."""

    name: str
    abc_class: str
    sales: Decimal
    share: float | None
    cumulative_share: float | None
    came_back: Decimal | None
    f2_ratio: float | None
    first_buyers: int | None


_SQL = """
select
    coalesce(sold.item_name, sold.item_id), sold.abc_class, sold.amount, sold.share,
    sold.cumulative_share, power.amount, power.f2_ratio, power.first_buyers
from marts.rpt_abc_products as sold
left join marts.rpt_abc_products as power
    on
        sold.item_kind = power.item_kind and sold.item_id = power.item_id
        and power.measure = 'f2_power'
where sold.item_kind = 'product' and sold.measure = 'net_sales'
order by sold.item_rank
"""


def _build(published: Published) -> Content | None:
    items = published.rows(Item, _SQL)
    if not any(item.sales > 0 for item in items):
        return None
    shown = items[:ITEMS_SHOWN]
    currency = published.currency
    return Content(
        reading=_reading(items),
        figures=row_chart(
            [say("abc.name", letter=item.abc_class, name=same(item.name)) for item in shown],
            [Series(say("words.net_sales"), [item.sales for item in shown])],
            money_axis(say("words.net_sales"), currency),
        ),
        numbers=_table(shown, currency),
        note=say("abc.note", number=str(ITEMS_SHOWN)),
    )


def _reading(items: Sequence[Item]) -> Text:
    best = [item for item in items if item.abc_class == "A"]
    share = sum(item.share or 0.0 for item in best)
    words = say(
        "abc.reading",
        items=show.count(len(items)),
        best=show.count(len(best)),
        share=show.percent(share),
    )
    strongest = max(items, key=lambda item: item.came_back or 0)
    if not strongest.came_back:
        return words
    power = say(
        "abc.power",
        name=same(strongest.name),
        persons=show.persons(int(strongest.came_back)),
    )
    return Text(words.ja + power.ja, f"{words.en} {power.en}")


def _table(items: Sequence[Item], currency: str) -> Table:
    return Table(
        columns=(
            Column(say("abc.item"), kind="word"),
            Column(say("abc.letter"), kind="word"),
            Column(say("words.net_sales")),
            Column(say("words.share_of_sales")),
            Column(say("abc.cumulative")),
            Column(say("abc.first_buyers")),
            Column(say("abc.came_back")),
        ),
        rows=tuple(
            (
                same(item.name),
                same(item.abc_class),
                show.money(item.sales, currency),
                _share(item.share),
                _share(item.cumulative_share),
                show.NOTHING if item.first_buyers is None else show.count(item.first_buyers),
                _share(item.f2_ratio),
            )
            for item in items
        ),
    )


def _share(ratio: float | None) -> Text:
    return show.NOTHING if ratio is None else show.percent(ratio)


ABC = Panel(key="abc", reads=("marts.rpt_abc_products",), build=_build)
