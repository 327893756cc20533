"""What the models of lifetime value see of each buyer, aggregated in the work database."""

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
from numpy.typing import NDArray

from orchestration.prediction.fitting import Vector

# A delivery of a subscription is no decision to buy; it stands in the histories of the contracts.
_PURCHASE_DAYS = """
create or replace temp table purchase_days as
select
    orders.person_id,
    orders.ordered_date as purchase_date,
    sum(orders.net_sales) as net_sales,
    sum(orders.gross_profit) as gross_profit,
    sum(case when orders.gross_profit is not null then orders.net_sales end) as costed_sales,
    bool_or(sources.source_subscription_id is null) as is_own
from marts.fct_orders as orders
left join staging.stg_orders as sources
    on orders.source = sources.source and orders.source_order_id = sources.source_order_id
where orders.is_purchase
group by orders.person_id, orders.ordered_date
"""
_BUYERS = """
with own as (
    select
        person_id,
        purchase_date,
        net_sales,
        min(purchase_date) over (partition by person_id) as first_date
    from purchase_days
    where purchase_date <= $cutoff and is_own
),

counted as (
    select
        person_id,
        count(*) - 1 as x,
        datediff('day', min(first_date), max(purchase_date)) as t_x,
        datediff('day', min(first_date), $cutoff) as age,
        avg(case when purchase_date > first_date then net_sales end)::double as mean_value
    from own
    group by person_id
),

everybody as (
    select
        person_id,
        min(purchase_date) as first_date,
        max(purchase_date) as last_date
    from purchase_days
    where purchase_date <= $cutoff
    group by person_id
)

select
    everybody.person_id,
    coalesce(counted.x, -1) as x,
    coalesce(counted.t_x, 0) as t_x,
    coalesce(counted.age, 0) as age,
    coalesce(counted.mean_value, 0.0) as mean_value,
    datediff('day', everybody.first_date, $cutoff) as tenure,
    datediff('day', everybody.last_date, $cutoff) as recency
from everybody
left join counted on everybody.person_id = counted.person_id
order by everybody.person_id
"""


@dataclass(frozen=True, slots=True)
class Buyers:
    """One element per buyer in each array, in the order of the person ids; times in days."""

    person_id: NDArray[np.object_]
    x: Vector
    """Days with a purchase of their own accord after the first; -1: only subscriptions."""
    t_x: Vector
    age: Vector
    mean_value: Vector
    """Mean net sales of those repeat purchases; 0 where there are none."""
    tenure: Vector
    """Days since the first purchase of any kind."""
    recency: Vector
    """Days since the last purchase of any kind."""

    @property
    def total(self) -> int:
        """How many they are."""
        return len(self.person_id)

    @property
    def is_free(self) -> NDArray[np.bool_]:
        """Who ever bought of their own accord."""
        free: NDArray[np.bool_] = self.x >= 0
        return free


def collect_purchase_days(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary table purchase_days: one row per person and day with a purchase."""
    connection.execute(_PURCHASE_DAYS)


def buyers_until(connection: duckdb.DuckDBPyConnection, cutoff: date) -> Buyers:
    """The buyers as they stand at the end of a day, from purchase_days."""
    found = connection.execute(_BUYERS, {"cutoff": cutoff}).fetchnumpy()
    numbers = {
        name: np.asarray(found[name], dtype=np.float64)
        for name in ("x", "t_x", "age", "mean_value", "tenure", "recency")
    }
    return Buyers(person_id=np.asarray(found["person_id"], dtype=object), **numbers)
