with stg_calibration as (
    select * from {{ ref('stg_calibration') }}
),

rpt_calibration as (
    select
        as_of_date,
        cutoff_date,
        horizon_days,
        method,
        decile,
        customers,
        expected_orders,
        actual_orders,
        actual_buyers,
        expected_orders / customers as expected_orders_per_customer,
        cast(actual_orders as double) / customers as actual_orders_per_customer
    from stg_calibration
)

select * from rpt_calibration
