with stg_backtests as (
    select * from {{ ref('stg_backtests') }}
),

rpt_backtest as (
    select
        as_of_date,
        kind,
        cutoff_date,
        horizon_days,
        prediction,
        model,
        baseline,
        measure,
        customers,
        model_value,
        baseline_value,
        actual_value,
        is_better,
        is_deciding,
        min(case when is_deciding and not is_better then 0 else 1 end) over (
            partition by as_of_date, kind, cutoff_date, horizon_days, prediction
        ) = 1 as is_published
    from stg_backtests
)

select * from rpt_backtest
