"""Whether lifetime value is counted in gross profit or, where costs are unknown, in net sales."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import duckdb

_MARGIN = """
select
    sum(net_sales)::double as net_sales,
    sum(case when gross_profit is not null then net_sales end)::double as costed_sales,
    sum(gross_profit)::double as gross_profit
from marts.fct_orders
where is_purchase and ordered_date <= ?
"""


@dataclass(frozen=True, slots=True)
class ValueBasis:
    """What an amount of net sales is worth."""

    name: Literal["gross_profit", "net_sales"]
    ratio: float
    """The shop's gross profit over its net sales, of the orders whose costs are known; or 1."""


def value_basis(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, settings: Mapping[str, float]
) -> ValueBasis:
    """Gross profit where the costs of enough net sales are known."""
    found = connection.execute(_MARGIN, [as_of_date]).fetchone()
    net_sales, costed, profit = found if found else (None, None, None)
    if not net_sales or not costed or costed < settings["least_costed_share"] * net_sales:
        return ValueBasis("net_sales", 1.0)
    return ValueBasis("gross_profit", profit / costed)
