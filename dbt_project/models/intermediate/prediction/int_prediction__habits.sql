with fct_orders as (
    select * from {{ ref('fct_orders') }}
),

int_purchases as (
    select * from {{ ref('int_purchases') }}
),

int_person__products as (
    select * from {{ ref('int_person__products') }}
),

purchases as (
    select
        person_id,
        count(*) as purchase_count,
        min(purchase_date) as first_purchase_date,
        max(purchase_date) as last_purchase_date,
        sum(net_sales) as net_sales
    from int_purchases
    group by person_id
),

discounts as (
    select
        person_id,
        sum(discount) as discount,
        sum(gross_sales) as gross_sales
    from fct_orders
    where is_purchase
    group by person_id
),

int_prediction__habits as (
    select
        purchases.person_id,
        {{ age_days('purchases.last_purchase_date') }} as recency_days,
        purchases.purchase_count,
        purchases.net_sales,
        cast({{ dbt.datediff(
            'purchases.first_purchase_date', 'purchases.last_purchase_date', 'day'
        ) }} as double) / nullif(purchases.purchase_count - 1, 0) as interval_days,
        coalesce(int_person__products.category_count, 0) as category_count,
        cast(
            discounts.discount / nullif(discounts.gross_sales, 0) as double
        ) as discount_share
    from purchases
    inner join discounts on purchases.person_id = discounts.person_id
    left join int_person__products on purchases.person_id = int_person__products.person_id
)

select * from int_prediction__habits
