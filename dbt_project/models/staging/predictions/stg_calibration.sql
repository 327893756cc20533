with calibration as (
    select * from {{ source('predictions', 'calibration') }}
),

-- A build for a past day knows nothing of the hold-outs of later days.
stg_calibration as (
    select
        method,
        decile,
        customers,
        expected_orders,
        actual_orders,
        actual_buyers,
        horizon_days,
        cutoff_date,
        as_of_date
    from calibration
    where as_of_date <= {{ as_of_date() }}
)

select * from stg_calibration
