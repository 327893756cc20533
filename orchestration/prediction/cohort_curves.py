"""What the mean buyer of an age goes on to buy: the forecast that needs no model.

Ages are months of 30 days since a buyer's first purchase. A month's rate is what the buyers old
enough to have lived through all of it bought in it, per buyer; the first purchase does not count.
"""

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np

from orchestration.prediction.fitting import Vector
from orchestration.prediction.histories import Buyers
from orchestration.prediction.horizon import POINTS

_MONTH = 30
_BY_AGE = """
with aged as (
    select
        purchase_date,
        net_sales,
        min(purchase_date) over (partition by person_id) as first_date
    from purchase_days
    where purchase_date <= $cutoff
)

select
    datediff('day', first_date, purchase_date) // $month as month,
    count(*) as purchases,
    sum(net_sales) as net_sales
from aged
where
    purchase_date > first_date
    and datediff('day', first_date, $cutoff)
    >= (datediff('day', first_date, purchase_date) // $month + 1) * $month
group by month
"""


@dataclass(frozen=True, slots=True)
class CohortCurve:
    """Mean purchases and net sales per buyer in each whole month of age that was observed."""

    purchases: Vector
    net_sales: Vector

    @property
    def is_known(self) -> bool:
        """False where no buyer is a month old."""
        return len(self.purchases) > 0

    def expected_purchases(self, tenure: Vector) -> Vector:
        """Purchases up to each of POINTS (rows) of buyers of this age in days (columns)."""
        return _ahead(self.purchases, tenure)

    def expected_sales(self, tenure: Vector) -> Vector:
        """The same in net sales."""
        return _ahead(self.net_sales, tenure)


def cohort_curve(
    connection: duckdb.DuckDBPyConnection, buyers: Buyers, cutoff: date, least_buyers: float
) -> CohortCurve:
    """The curve from the purchases up to a day; reads purchase_days.

    Months that fewer buyers lived through have one rate together.
    """
    found = connection.execute(_BY_AGE, {"cutoff": cutoff, "month": _MONTH}).fetchnumpy()
    lived = (buyers.tenure // _MONTH).astype(np.int64)
    months = int(lived.max(initial=0))
    # Who lived through month m lived through all before it.
    exposed = np.cumsum(np.bincount(lived, minlength=months + 1)[::-1])[::-1][1:]
    by_month: dict[str, Vector] = {}
    for name in ("purchases", "net_sales"):
        sums = np.zeros(months)
        sums[np.asarray(found["month"], dtype=np.int64)] = np.asarray(found[name], dtype=np.float64)
        thin = exposed < least_buyers
        by_month[name] = np.where(
            thin, sums[thin].sum() / max(exposed[thin].sum(), 1), sums / exposed
        )
    return CohortCurve(by_month["purchases"], by_month["net_sales"])


def _ahead(rates: Vector, tenure: Vector) -> Vector:
    """Beyond the oldest month that was observed its rate goes on."""
    if not len(rates):
        return np.full((len(POINTS), len(tenure)), np.nan)
    ages = np.arange(len(rates) + 1) * float(_MONTH)
    sums = np.concatenate([[0.0], np.cumsum(rates)])

    def until(age: Vector) -> Vector:
        beyond = np.maximum(age - ages[-1], 0.0) * (rates[-1] / _MONTH)
        reached: Vector = np.interp(age, ages, sums) + beyond
        return reached

    return np.stack([until(tenure + point) - until(tenure) for point in POINTS])
