"""F2 by first product, worked out from the true orders with pandas, is what is published."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
import pytest

from tests.integration.shops import AS_OF, TestShop
from tests.integration.truth_answers import TruthAnswers

WINDOWS = (30, 60, 90, 180, 365)
RUNGS = 5

Counts = tuple[int, int, int, int]
"""Buyers, matured, converted in time, converted ever."""
Key = tuple[str, str, int, int]
"""Dimension, value, number of the purchase, days of the window."""


@dataclass(frozen=True)
class Buyer:
    """A published person's true days of purchase and the dearest article of the first."""

    days: tuple[date, ...]
    first_product: str

    @property
    def values(self) -> dict[str, str]:
        return {
            "all": "all",
            "first_product": self.first_product,
            "first_month": self.days[0].replace(day=1).isoformat(),
        }


@pytest.fixture(scope="module")
def buyers(built_shop: TestShop) -> list[Buyer]:
    truth = TruthAnswers(built_shop)
    bought = truth.orders[truth.orders["is_purchase"]]
    lines = bought.merge(truth.table("order_lines"), on=["source", "source_order_id"])
    lines = lines.assign(order_id=lines["source"] + ":" + lines["source_order_id"])
    first_day = lines.groupby("person_id")["ordered_date"].transform("min")
    # Of two lines of one amount the earlier stands for the purchase, as the files number them.
    ranked = lines[lines["ordered_date"] == first_day].sort_values(
        ["amount", "order_id", "line_no"], ascending=[False, True, True]
    )
    dearest = ranked.groupby("person_id")["product_code"].first()
    return [
        Buyer(tuple(sorted(days)), str(dearest[person]))
        for person, days in truth.purchase_days.items()
    ]


def test_f2_by_first_product_and_month_is_that_of_the_true_orders(
    built_shop: TestShop, buyers: list[Buyer]
) -> None:
    rows = built_shop.rows(
        """
        select dimension, dimension_value, purchase_no, window_days, buyers, matured, converted,
            converted_ever
        from marts.rpt_f2_conversion where dimension in ('all', 'first_product', 'first_month')
        """
    )
    published: dict[Key, Counts] = {row[:4]: row[4:] for row in rows}
    assert published == expected_conversions(buyers)
    assert len({value for dimension, value, _, _ in published if dimension == "first_product"}) > 20


def expected_conversions(buyers: list[Buyer]) -> dict[Key, Counts]:
    """The conversions of every dimension, counted purchase by purchase."""
    chances = pd.DataFrame(
        [
            (dimension, value, number, (AS_OF - day).days, (later - day).days if later else None)
            for buyer in buyers
            for dimension, value in buyer.values.items()
            for number, (day, later) in enumerate(
                zip(buyer.days, (*buyer.days[1:], None), strict=True), start=1
            )
            if number <= RUNGS
        ],
        columns=["dimension", "value", "number", "age", "gap"],
    )
    counts = {}
    for window in WINDOWS:
        is_matured = chances["age"] >= window
        counted = chances.assign(
            is_matured=is_matured,
            in_time=is_matured & (chances["gap"] <= window),
            ever=chances["gap"].notna(),
        ).groupby(["dimension", "value", "number"])
        sums = counted[["is_matured", "in_time", "ever"]].sum().assign(buyers=counted.size())
        for (dimension, value, number), row in sums.iterrows():
            counts[(dimension, value, int(number), window)] = (
                int(row["buyers"]),
                int(row["is_matured"]),
                int(row["in_time"]),
                int(row["ever"]),
            )
    return counts
