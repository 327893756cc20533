"""Second sales: from the trial to the regular product, to another category, to a dearer one."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, percent_axis
from orchestration.publication.report.charts.bars import row_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, join, say, say_code

MOST_ROWS = 20


@dataclass(frozen=True, slots=True)
class SecondSale:
    """How often one beginning led to a second sale."""

    sale_kind: str
    item_kind: str
    item_name: str
    window_days: int
    matured: int
    converted: int
    ratio: float


_SQL = """
select sale_kind, item_kind, item_name, window_days, matured, converted, conversion_ratio
from marts.rpt_sell_through
where matured > 0 and item_kind in ('all', 'category')
order by item_kind, sale_kind desc, matured desc, item_name
"""


def _build(published: Published) -> Content | None:
    rows = published.rows(SecondSale, _SQL)
    wholes = [row for row in rows if row.item_kind == "all"]
    if not wholes:
        return None
    parts = [row for row in rows if row.item_kind == "category"][:MOST_ROWS]
    return Content(
        reading=say(
            "second_sales.reading",
            parts=join(
                [
                    say(
                        "second_sales.reading_part",
                        kind=_kind(row),
                        share=show.percent(row.ratio),
                        days=show.days(row.window_days),
                        persons=show.persons(row.matured),
                    )
                    for row in wholes
                ]
            ),
        ),
        figures=row_chart(
            [_name(row) for row in (parts or wholes)],
            [Series(say("second_sales.ratio"), [row.ratio for row in (parts or wholes)])],
            percent_axis(say("second_sales.ratio")),
        ),
        numbers=Table(
            columns=(
                Column(say("second_sales.sale"), kind="word"),
                Column(say("second_sales.window")),
                Column(say("second_sales.matured")),
                Column(say("second_sales.converted")),
                Column(say("second_sales.ratio")),
            ),
            rows=tuple(
                (
                    _name(row),
                    show.days(row.window_days),
                    show.count(row.matured),
                    show.count(row.converted),
                    show.percent(row.ratio),
                )
                for row in (*wholes, *parts)
            ),
        ),
    )


def _kind(row: SecondSale) -> Text:
    return say_code("sale_kinds", row.sale_kind)


def _name(row: SecondSale) -> Text:
    item = say_code("repeat_values", row.item_name)
    return say("second_sales.name", kind=_kind(row), item=item)


SECOND_SALES = Panel(key="second_sales", reads=("marts.rpt_sell_through",), build=_build)
