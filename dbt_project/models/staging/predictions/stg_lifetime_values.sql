with lifetime_values as (
    select * from {{ source('predictions', 'lifetime_values') }}
),

-- What was predicted for another day says nothing of this one.
stg_lifetime_values as (
    select
        person_id,
        method,
        orders_method,
        alive_method,
        next_order_method,
        reason,
        value_basis,
        expected_orders_90d,
        expected_orders_365d,
        alive_probability,
        expected_order_value,
        expected_sales_90d,
        expected_sales_365d,
        predicted_clv_90d,
        predicted_clv_365d,
        as_of_date
    from lifetime_values
    where as_of_date = {{ as_of_date() }}
)

select * from stg_lifetime_values
