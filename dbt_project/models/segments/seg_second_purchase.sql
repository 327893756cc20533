with customer_360 as (
    select * from {{ ref('customer_360') }}
),

int_person__orders as (
    select * from {{ ref('int_person__orders') }}
),

int_person__products as (
    select * from {{ ref('int_person__products') }}
),

delivered_first_purchases as (
    select
        *,
        {{ local_date('first_delivered_at') }} as first_delivered_date
    from int_person__orders
    where purchase_count = 1 and first_delivered_at is not null
),

seg_second_purchase as (
    select
        customer_360.person_id,
        {{ dbt.dateadd(
            'day', var('f2_min_days'), 'delivered_first_purchases.first_delivered_at'
        ) }} as entered_at,
        'first purchase delivered, no second yet' as reason,
        customer_360.first_purchase_date,
        delivered_first_purchases.first_delivered_date,
        {{ age_days('delivered_first_purchases.first_delivered_date') }} as days_since_delivery,
        customer_360.first_product_id,
        int_person__products.first_product_name,
        customer_360.net_sales
    from customer_360
    inner join delivered_first_purchases
        on customer_360.person_id = delivered_first_purchases.person_id
    left join int_person__products on customer_360.person_id = int_person__products.person_id
    where
        {{ age_days('delivered_first_purchases.first_delivered_date') }}
        between {{ var('f2_min_days') }} and {{ var('f2_max_days') }}
)

select * from seg_second_purchase
