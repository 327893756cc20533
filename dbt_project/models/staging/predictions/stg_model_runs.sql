with model_runs as (
    select * from {{ source('predictions', 'model_runs') }}
),

-- A build for a past day knows nothing of the fits of later days.
stg_model_runs as (
    select
        model,
        status,
        reason,
        parameters,
        standard_errors,
        log_likelihood,
        customers,
        repeaters,
        days_of_data,
        as_of_date
    from model_runs
    where as_of_date <= {{ as_of_date() }}
)

select * from stg_model_runs
