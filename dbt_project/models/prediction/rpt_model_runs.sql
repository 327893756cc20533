with stg_model_runs as (
    select * from {{ ref('stg_model_runs') }}
),

rpt_model_runs as (
    select
        cast(as_of_date as {{ dbt.type_string() }}) || ' ' || model as model_run_id,
        as_of_date,
        model,
        status,
        reason,
        parameters,
        standard_errors,
        log_likelihood,
        customers,
        repeaters,
        days_of_data
    from stg_model_runs
)

select * from rpt_model_runs
