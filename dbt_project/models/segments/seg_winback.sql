with customer_360 as (
    select * from {{ ref('customer_360') }}
),

int_person__products as (
    select * from {{ ref('int_person__products') }}
),

seg_winback as (
    select
        customer_360.person_id,
        {{ local_midnight(add_days('customer_360.last_purchase_date', var('winback_min_days'))) }}
            as entered_at,
        'bought before, silent since' as reason,
        customer_360.last_purchase_date,
        customer_360.recency_days,
        customer_360.purchase_count,
        customer_360.net_sales,
        int_person__products.last_product_name
    from customer_360
    left join int_person__products on customer_360.person_id = int_person__products.person_id
    where
        customer_360.purchase_count >= 1
        and customer_360.recency_days
        between {{ var('winback_min_days') }} and {{ var('winback_max_days') }}
)

select * from seg_winback
