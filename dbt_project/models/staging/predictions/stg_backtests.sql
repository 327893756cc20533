with backtest as (
    select * from {{ source('predictions', 'backtest') }}
),

point_in_time_backtest as (
    select * from {{ source('predictions', 'point_in_time_backtest') }}
),

unioned as (
    select * from backtest
    union all
    select * from point_in_time_backtest
),

-- A build for a past day knows nothing of the back-tests of later days.
stg_backtests as (
    select
        kind,
        prediction,
        model,
        baseline,
        measure,
        horizon_days,
        customers,
        model_value,
        baseline_value,
        actual_value,
        is_better,
        is_deciding,
        cutoff_date,
        as_of_date
    from unioned
    where as_of_date <= {{ as_of_date() }}
)

select * from stg_backtests
