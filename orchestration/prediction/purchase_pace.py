"""The baseline of purchases: everybody goes on at their pace.

Who bought on several days goes on at their own: repeats / days since the first purchase. Who bought
once has none yet, and goes on as such buyers did in the last days, as many as are ahead: of those
who so long ago had bought once, and as long before as this one, the purchases since / their number.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
from numpy.typing import NDArray

from orchestration.prediction.fitting import Vector
from orchestration.prediction.horizon import QUARTER

PERSONAL_RATE, COHORT_RATE = "personal_rate", "cohort_rate"
_AGES = 5
"""Quarters since the only purchase: the first four, and all later ones together."""
_PANEL = """
with once as (
    select person_id, max(purchase_date) as purchase_date
    from purchase_days
    where purchase_date <= $start
    group by person_id
    having count(*) = 1
),

later as (
    select person_id, count(*) as purchases
    from purchase_days
    where purchase_date > $start and purchase_date <= $cutoff
    group by person_id
)

select
    least(datediff('day', once.purchase_date, $start) // $quarter, $oldest) as age,
    count(*) as buyers,
    coalesce(sum(later.purchases), 0)::bigint as purchases
from once
left join later on once.person_id = later.person_id
group by age
"""


@dataclass(frozen=True, slots=True)
class OnceRates:
    """Purchases a day of who had bought once, by quarters since that purchase.

    NaN where nobody was there to tell.
    """

    by_age: Vector

    def of(self, age: Vector) -> Vector:
        """The rate of who bought so many days ago for the only time."""
        rates: Vector = self.by_age[np.minimum(age // QUARTER, _AGES - 1).astype(np.intp)]
        return rates


def once_rates(
    connection: duckdb.DuckDBPyConnection, cutoff: date, days: int, least_buyers: float
) -> OnceRates:
    """The rates of the days that end with a cut-off; reads purchase_days, nothing after that day.

    An age that fewer buyers had takes the rate of all of the shop who had bought once.
    """
    given = {
        "start": cutoff - timedelta(days=days),
        "cutoff": cutoff,
        "quarter": QUARTER,
        "oldest": _AGES - 1,
    }
    found = connection.execute(_PANEL, given).fetchnumpy()
    buyers, purchases = np.zeros(_AGES), np.zeros(_AGES)
    ages = np.asarray(found["age"], dtype=np.intp)
    buyers[ages], purchases[ages] = found["buyers"], found["purchases"]
    with np.errstate(invalid="ignore", divide="ignore"):
        of_shop = purchases.sum() / buyers.sum()
        of_age = purchases / buyers
    is_known = (buyers > 0) & (buyers >= least_buyers)
    return OnceRates(np.where(is_known, of_age, of_shop) / days)


def at_their_pace(purchases: Vector, tenure: Vector, once: OnceRates, days: float) -> Vector:
    """The purchases of the next days, of who bought on so many days since so many days ago."""
    with np.errstate(invalid="ignore", divide="ignore"):
        own: Vector = (purchases - 1) / tenure
    return np.where(purchases > 1, own, once.of(tenure)) * days


def pace_methods(purchases: Vector) -> NDArray[np.object_]:
    """Whose pace it is that each goes on at."""
    return np.where(purchases > 1, PERSONAL_RATE, COHORT_RATE).astype(object)
