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
    sum(orders.net_sales)::double as net_sales,
    bool_or(sources.source_subscription_id is null) as is_own
from marts.fct_orders as orders
left join staging.stg_orders as sources
    on orders.source = sources.source and orders.source_order_id = sources.source_order_id
where orders.is_purchase
group by orders.person_id, orders.ordered_date
"""
_BUYERS = """
with known as (
    select
        *,
        min(case when is_own then purchase_date end) over (partition by person_id) as first_own_date
    from purchase_days
    where purchase_date <= $cutoff
)

select
    person_id,
    count(case when is_own then 1 end) - 1 as x,
    coalesce(
        datediff('day', min(first_own_date), max(case when is_own then purchase_date end)), 0
    ) as t_x,
    coalesce(datediff('day', min(first_own_date), $cutoff), 0) as age,
    coalesce(
        sum(case when is_own and purchase_date > first_own_date then net_sales end)
        / nullif(count(case when is_own then 1 end) - 1, 0), 0
    ) as mean_value,
    count(*) as purchases,
    datediff('day', min(purchase_date), $cutoff) as tenure,
    datediff('day', max(purchase_date), $cutoff) as recency
from known
group by person_id
order by person_id
"""
_HOLD_OUT = """
with later as (
    select person_id, count(*) as purchases, sum(net_sales) as net_sales
    from purchase_days
    where purchase_date > $cutoff and purchase_date <= $until
    group by person_id
)

select
    buyers.person_id,
    coalesce(later.purchases, 0) as purchases,
    coalesce(later.net_sales, 0) as net_sales
from (select distinct person_id from purchase_days where purchase_date <= $cutoff) as buyers
left join later on buyers.person_id = later.person_id
order by buyers.person_id
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
    purchases: Vector
    """Days with a purchase of any kind, deliveries of subscriptions included."""
    tenure: Vector
    """Days since the first of these."""
    recency: Vector
    """Days since the last of these."""

    @property
    def total(self) -> int:
        """How many they are."""
        return len(self.person_id)

    @property
    def is_free(self) -> NDArray[np.bool_]:
        """Who ever bought of their own accord."""
        free: NDArray[np.bool_] = self.x >= 0
        return free


@dataclass(frozen=True, slots=True)
class HoldOut:
    """What the buyers of a day did afterwards, in the order of the person ids."""

    purchases: Vector
    net_sales: Vector


def collect_purchase_days(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary table purchase_days: one row per person and day with a purchase."""
    connection.execute(_PURCHASE_DAYS)


def buyers_until(connection: duckdb.DuckDBPyConnection, cutoff: date) -> Buyers:
    """The buyers as they stand at the end of a day, from purchase_days."""
    found = connection.execute(_BUYERS, {"cutoff": cutoff}).fetchnumpy()
    names = ("x", "t_x", "age", "mean_value", "purchases", "tenure", "recency")
    numbers = {name: np.asarray(found[name], dtype=np.float64) for name in names}
    return Buyers(person_id=np.asarray(found["person_id"], dtype=object), **numbers)


def hold_out(connection: duckdb.DuckDBPyConnection, cutoff: date, until: date) -> HoldOut:
    """What the buyers of the cut-off day bought after it, up to and including a later day."""
    found = connection.execute(_HOLD_OUT, {"cutoff": cutoff, "until": until}).fetchnumpy()
    return HoldOut(
        purchases=np.asarray(found["purchases"], dtype=np.float64),
        net_sales=np.asarray(found["net_sales"], dtype=np.float64),
    )
