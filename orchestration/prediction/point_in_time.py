"""Holds what a past day's build predicted against what the shop knows happened since.

Unlike the hold-out within one build, everything of that day stands as that day knew it: who is
who, what had been sent back, which subscription still ran.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from orchestration.durable import replace_table
from orchestration.prediction.backtest import Row, Setting, Trial, trial_rows
from orchestration.prediction.fitting import Vector
from orchestration.prediction.purchase_pace import (
    PERSONAL_RATE,
    OnceRates,
    at_their_pace,
    once_rates,
)
from orchestration.prediction.registry import POINT_IN_TIME_BACKTEST
from orchestration.prediction.step import table_file

KIND = "point_in_time"
_PURCHASE_DAYS = """
create temp table purchase_days as
select distinct person_id, ordered_date as purchase_date
from past.marts.fct_orders
where is_purchase
"""
_LEAST_BUYERS = """
select value from past.seeds.prediction_settings where setting = 'least_cohort_buyers'
"""
# Persons may have merged or split since: a person of today is the one of that day who had the
# smallest of the record keys that the two share.
_OUTCOMES = """
with owners as (
    select
        now.person_id as person_now,
        min_by(past.person_id, past.record_key) as person_id
    from past.identity.person_identifiers as past
    inner join now.identity.person_identifiers as now on past.record_key = now.record_key
    group by now.person_id
),

came as (
    select
        owners.person_id,
        count(distinct orders.ordered_date) as purchases,
        sum(orders.net_sales) as net_sales,
        min(orders.ordered_date) as next_date
    from now.marts.fct_orders as orders
    inner join owners on orders.person_id = owners.person_now
    where orders.is_purchase and orders.ordered_date > $day and orders.ordered_date <= $until
    group by owners.person_id
),

days as (
    select
        person_id,
        ordered_date,
        sum(net_sales) as net_sales,
        datediff('day', lag(ordered_date) over (
            partition by person_id order by ordered_date
        ), ordered_date) as gap_days
    from past.marts.fct_orders
    where is_purchase
    group by person_id, ordered_date
),

histories as (
    select
        person_id,
        count(*) - 1 as repeats,
        sum(case when gap_days is not null then net_sales else 0 end) as repeat_sales,
        datediff('day', min(ordered_date), $day) as tenure,
        datediff('day', max(ordered_date), $day) as recency,
        median(gap_days) as median_days
    from days
    group by person_id
)

select
    predictions.orders_method,
    predictions.alive_method,
    predictions.method,
    predictions.next_order_method,
    predictions.expected_orders_90d::double as orders,
    predictions.alive_probability::double as alive,
    predictions.expected_sales_90d::double as sales,
    datediff('day', $day, predictions.expected_date_of_next_order)::double as next_order,
    (histories.repeats + 1)::double as purchases_before,
    histories.tenure::double as tenure,
    coalesce(histories.repeat_sales / nullif(histories.tenure, 0), 0)::double as sales_rate,
    histories.recency::double as recency,
    (histories.median_days - histories.recency)::double as by_median,
    coalesce(came.purchases, 0)::double as purchases,
    coalesce(came.net_sales, 0)::double as net_sales,
    datediff('day', $day, came.next_date)::double as came_after
from past.marts.customer_predictions as predictions
inner join histories on predictions.person_id = histories.person_id
left join came on predictions.person_id = came.person_id
order by predictions.person_id
"""


def compare_past_day(past_db: Path, work_db: Path, day: date, horizon_days: int) -> list[Row]:
    """One row per prediction and measure of a past day, as the table backtest has them.

    `past_db` is that day's database, `work_db` the shop's, which must go on for the horizon. The
    predictions are those that customer_predictions gave out: `model` is the method by which most
    buyers got theirs, be it itself a baseline.
    """
    given = {"day": day, "until": day + timedelta(days=horizon_days)}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{_quoted(past_db)}' as past (read_only)")
        connection.execute(f"attach '{_quoted(work_db)}' as now (read_only)")
        found = connection.execute(_OUTCOMES, given).fetchnumpy()
        connection.execute(_PURCHASE_DAYS)
        (least_buyers,) = connection.execute(_LEAST_BUYERS).fetchall()[0]
        once = once_rates(connection, day, horizon_days, least_buyers)
    columns = {name: np.ma.asarray(values) for name, values in found.items()}
    setting = Setting(day, KIND, day, horizon_days)
    return list(trial_rows(_trials(columns, once, horizon_days), setting))


def keep_past_days(lake: Path, rows: list[Row]) -> None:
    """Put the rows of some days among those of other days, in place of earlier ones of theirs."""
    fresh = pa.Table.from_pylist(rows, schema=POINT_IN_TIME_BACKTEST.schema)
    file = table_file(lake, POINT_IN_TIME_BACKTEST)
    if file.exists():
        earlier = pq.read_table(file, schema=POINT_IN_TIME_BACKTEST.schema)
        others = pc.invert(pc.is_in(earlier["as_of_date"], fresh["as_of_date"].combine_chunks()))
        fresh = pa.concat_tables([earlier.filter(others), fresh])
    replace_table(table_file(lake, POINT_IN_TIME_BACKTEST), fresh)


def _trials(
    found: Mapping[str, NDArray[np.generic]], once: OnceRates, horizon_days: int
) -> list[Trial]:
    numbers = {name: _numbers(values) for name, values in found.items() if values.dtype != object}
    bought = numbers["purchases"] > 0
    orders = Trial(
        prediction="orders_90d",
        model=_most_common(found["orders_method"]),
        baseline=PERSONAL_RATE,
        predicted=numbers["orders"],
        by_baseline=at_their_pace(
            numbers["purchases_before"], numbers["tenure"], once, horizon_days
        ),
        actual=numbers["purchases"],
    )
    alive = Trial(
        prediction="alive",
        model=_most_common(found["alive_method"]),
        baseline="recency_rank",
        predicted=numbers["alive"],
        by_baseline=-numbers["recency"],
        actual=bought.astype(np.float64),
    )
    value = Trial(
        prediction="clv_90d",
        model=_most_common(found["method"]),
        baseline=PERSONAL_RATE,
        predicted=numbers["sales"],
        by_baseline=numbers["sales_rate"] * horizon_days,
        actual=numbers["net_sales"],
    )
    # Only who came back has a day to compare with.
    next_order = Trial(
        prediction="next_order_date",
        model=_most_common(found["next_order_method"][bought]),
        baseline="personal_median",
        predicted=numbers["next_order"][bought],
        by_baseline=numbers["by_median"][bought],
        actual=numbers["came_after"][bought],
    )
    return [orders, alive, value, next_order]


def _numbers(values: NDArray[np.generic]) -> Vector:
    filled = np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan)
    return np.asarray(filled, dtype=np.float64)


def _most_common(methods: NDArray[np.generic]) -> str:
    named = [str(method) for method in np.ma.asarray(methods).tolist() if method is not None]
    counts = Counter(named)
    return min(counts, key=lambda name: (-counts[name], name)) if counts else "not_predicted"


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")
