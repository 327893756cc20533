"""Running and ended subscriptions: what each has been through, and what it will bring."""

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
from numpy.typing import NDArray

from orchestration.prediction.fitting import FitError, Vector
from orchestration.prediction.horizon import POINTS, YEAR
from orchestration.prediction.retention import RetentionModel, equal_retention, fit_retention

# A contract that ends between two renewals does not reach the next one. A pause counts as an end:
# until it is lifted nothing is delivered, and most are never lifted.
_CONTRACTS = """
with valued as (
    select deliveries.subscription_id, avg(orders.net_sales)::double as order_value
    from intermediate.int_subscriptions__deliveries as deliveries
    inner join marts.fct_orders as orders on deliveries.order_id = orders.order_id
    where orders.ordered_date <= $cutoff
    group by deliveries.subscription_id
)

select
    members.person_id,
    contracts.cycle_days,
    datediff('day', contracts.started_date, $cutoff) as age,
    coalesce(least(contracts.cancelled_date, contracts.paused_date) <= $cutoff, false) as has_ended,
    datediff(
        'day', contracts.started_date,
        least($cutoff, contracts.cancelled_date, contracts.paused_date)
    ) // contracts.cycle_days as renewals,
    coalesce(valued.order_value, avg(valued.order_value) over (), 0) as order_value
from staging.stg_subscriptions as contracts
inner join intermediate.int_person__members as members
    on contracts.source_customer_id = members.source_customer_id
left join valued on contracts.subscription_id = valued.subscription_id
where contracts.started_date <= $cutoff and contracts.cycle_days > 0
order by contracts.subscription_id
"""


@dataclass(frozen=True, slots=True)
class Contracts:
    """One element per subscription in each array; times in days."""

    person_id: NDArray[np.object_]
    cycle_days: Vector
    age: Vector
    renewals: Vector
    """How many renewals it has been through."""
    order_value: Vector
    """Mean net sales of its deliveries; where it has none, of all subscriptions."""
    has_ended: NDArray[np.bool_]
    """Cancelled or paused."""

    @property
    def is_running(self) -> NDArray[np.bool_]:
        """What goes on being delivered."""
        return ~self.has_ended

    @property
    def total(self) -> int:
        """How many they are."""
        return len(self.person_id)


def contracts_until(connection: duckdb.DuckDBPyConnection, cutoff: date) -> Contracts:
    """The subscriptions as they stand at the end of a day."""
    found = connection.execute(_CONTRACTS, {"cutoff": cutoff}).fetchnumpy()
    names = ("cycle_days", "age", "renewals", "order_value")
    numbers = {name: np.asarray(found[name], dtype=np.float64) for name in names}
    return Contracts(
        person_id=np.asarray(found["person_id"], dtype=object),
        **numbers,
        has_ended=np.asarray(found["has_ended"], dtype=np.bool_),
    )


def fit_contracts(contracts: Contracts) -> tuple[RetentionModel, str]:
    """The sBG model of all contracts, and how it was found.

    Raises:
        FitError: none has ended, or all ended before the first renewal.
    """
    ended, renewals = contracts.has_ended, contracts.renewals
    if not ended.any():
        raise FitError(f"none of {contracts.total} subscriptions has ended yet")
    known = renewals[ended] + 1, np.ones(ended.sum()), renewals[~ended], np.ones((~ended).sum())
    try:
        return fit_retention(*known), "by maximum likelihood"
    except FitError:
        return equal_retention(*known), "as one chance to leave, for they do not differ"


def expected_renewals(contracts: Contracts, model: RetentionModel) -> Vector:
    """Renewals up to each of POINTS (rows) of each contract (columns); 0 for one that has ended."""
    expected = np.zeros((len(POINTS), contracts.total))
    if not contracts.is_running.any():
        return expected
    now = model.survival(contracts.renewals)
    most = int(YEAR // contracts.cycle_days[contracts.is_running].min()) + 1
    for ahead in range(1, most + 1):
        due = (contracts.renewals + ahead) * contracts.cycle_days - contracts.age
        chance = model.survival(contracts.renewals + ahead) / now
        expected += np.where(contracts.is_running & (due <= POINTS[:, None]), chance, 0.0)
    return expected
