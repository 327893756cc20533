"""When a buyer is expected back: the shrunk cycle of int_person__cycles on an earlier day."""

from collections.abc import Mapping
from datetime import date

import duckdb
import numpy as np

from orchestration.prediction.backtest import Trial

# Only who came back within the hold-out has a day to compare with. The warehouse's cycle is drawn
# towards that of the favourite category where it knows enough gaps; this one towards the shop's.
_DATES = """
with gaps as (
    select
        person_id,
        purchase_date,
        datediff('day', lag(purchase_date) over (
            partition by person_id order by purchase_date
        ), purchase_date) as gap_days
    from purchase_days
    where purchase_date <= $cutoff
),

own as (
    select
        person_id,
        datediff('day', max(purchase_date), $cutoff) as recency,
        count(gap_days) as gap_count,
        median(gap_days) as median_days,
        (select median(gap_days) from gaps) as typical_days
    from gaps
    group by person_id
),

later as (
    select person_id, datediff('day', $cutoff, min(purchase_date)) as actual
    from purchase_days
    where purchase_date > $cutoff and purchase_date <= $until
    group by person_id
)

select
    (gap_count * median_days + $prior * typical_days) / (gap_count + $prior) - recency as predicted,
    median_days - recency as by_median,
    actual
from own
inner join later on own.person_id = later.person_id
where gap_count > 0
order by own.person_id
"""


def next_order_trial(
    connection: duckdb.DuckDBPyConnection, cutoff: date, until: date, settings: Mapping[str, float]
) -> Trial:
    """The shrunk cycle beside the person's own median gap; reads purchase_days."""
    given = {"cutoff": cutoff, "until": until, "prior": settings["cycle_prior_gaps"]}
    found = connection.execute(_DATES, given).fetchnumpy()
    return Trial(
        prediction="next_order_date",
        model="person_cycle",
        baseline="personal_median",
        predicted=np.asarray(found["predicted"], dtype=np.float64),
        by_baseline=np.asarray(found["by_median"], dtype=np.float64),
        actual=np.asarray(found["actual"], dtype=np.float64),
    )
