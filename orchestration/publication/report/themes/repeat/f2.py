"""F2 conversion: how many buyers go on to the next purchase, in how many days, and with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestration.publication.report import format as show
from orchestration.publication.report.charts.axes import Series, percent_axis
from orchestration.publication.report.charts.bars import column_chart, row_chart
from orchestration.publication.report.panel import Column, Content, Panel, Table
from orchestration.publication.report.published import Published
from orchestration.publication.report.texts import Text, same, say, say_code

COLOURS = ("sand", "amber", "thread", "indigo", "green", "plum")
PRODUCT_WINDOW = 90
LEAST_BUYERS = 10
PRODUCTS_SHOWN = 15


@dataclass(frozen=True, slots=True)
class Conversion:
    """Buyers who went from one purchase to the next within a window."""

    value: str
    purchase_no: int
    window_days: int
    matured: int
    immature: int
    converted: int

    @property
    def ratio(self) -> float | None:
        """Share of the matured; None while nobody has matured."""
        return self.converted / self.matured if self.matured else None


_SQL = """
select value_name, purchase_no, window_days, matured, immature, converted
from marts.rpt_f2_conversion where dimension = ? and purchase_no <= ?
order by purchase_no, window_days, matured desc, dimension_value
"""


def _build(published: Published) -> Content | None:
    rows = published.rows(Conversion, _SQL, ["all", 5])
    if not rows:
        return None
    windows = sorted({row.window_days for row in rows})
    steps = sorted({row.purchase_no for row in rows})
    ratios = {(row.purchase_no, row.window_days): row.ratio for row in rows}
    series = [
        Series(show.days(window), [ratios.get((step, window)) for step in steps], colour)
        for window, colour in zip(windows, COLOURS, strict=False)
    ]
    return Content(
        reading=_reading(rows),
        figures=column_chart([_step(step) for step in steps], series, percent_axis(say("f2.axis"))),
        numbers=_table(rows, say("f2.step"), [_step(row.purchase_no) for row in rows]),
        note=say("f2.note"),
    )


def _reading(rows: Sequence[Conversion]) -> Text:
    told = [row for row in rows if row.purchase_no == 1 and row.matured]
    if not told:
        return say("f2.reading_too_early")
    row = next((row for row in told if row.window_days == PRODUCT_WINDOW), told[0])
    return say(
        "f2.reading",
        share=show.percent(row.converted / row.matured),
        days=show.days(row.window_days),
        persons=show.persons(row.matured),
        immature=show.persons(row.immature),
    )


def _step(purchase_no: int) -> Text:
    return same(f"F{purchase_no}→F{purchase_no + 1}")


def _table(rows: Sequence[Conversion], head: Text, names: Sequence[Text]) -> Table:
    return Table(
        columns=(
            Column(head, kind="word"),
            Column(say("f2.window")),
            Column(say("f2.matured")),
            Column(say("f2.immature")),
            Column(say("f2.converted")),
            Column(say("f2.ratio")),
        ),
        rows=tuple(
            (
                name,
                show.days(row.window_days),
                show.count(row.matured),
                show.count(row.immature),
                show.count(row.converted),
                show.percent_if_known(row.ratio),
            )
            for name, row in zip(names, rows, strict=True)
        ),
    )


def _build_by_product(published: Published) -> Content | None:
    found = published.rows(Conversion, _SQL, ["first_product", 1])
    windows = sorted({row.window_days for row in found})
    if not windows:
        return None
    window = PRODUCT_WINDOW if PRODUCT_WINDOW in windows else windows[0]
    rows = [row for row in found if row.window_days == window and row.matured]
    large = [row for row in rows if row.matured >= LEAST_BUYERS][:PRODUCTS_SHOWN]
    large.sort(key=lambda row: (-row.converted / row.matured, row.value))
    names = [say_code("repeat_values", row.value) for row in rows]
    if not rows:
        return None
    if not large:
        return Content(
            reading=say("f2_products.reading_few", least=show.persons(LEAST_BUYERS)),
            numbers=_table(rows, say("f2_products.product"), names),
        )
    best = large[0]
    return Content(
        reading=say(
            "f2_products.reading",
            product=say_code("repeat_values", best.value),
            share=show.percent(best.converted / best.matured),
            days=show.days(window),
            persons=show.persons(best.matured),
        ),
        figures=row_chart(
            [say_code("repeat_values", row.value) for row in large],
            [Series(say("f2.ratio"), [row.ratio for row in large])],
            percent_axis(say("f2_products.axis", days=show.days(window))),
        ),
        numbers=_table(rows, say("f2_products.product"), names),
    )


F2 = Panel(key="f2", reads=("marts.rpt_f2_conversion",), build=_build)
F2_PRODUCTS = Panel(key="f2_products", reads=("marts.rpt_f2_conversion",), build=_build_by_product)
