with fct_orders as (
    select * from {{ ref('fct_orders') }}
),

fct_order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

dim_products as (
    select * from {{ ref('dim_products') }}
),

stg_orders as (
    select * from {{ ref('stg_orders') }}
),

first_orders as (
    select * from fct_orders
    where is_first_purchase
),

goods as (
    select
        first_orders.person_id,
        sum(fct_order_lines.quantity) as pieces,
        nullif(count(distinct dim_products.category), 0) as categories,
        max(case when dim_products.is_trial then 1 else 0 end) as has_trial
    from first_orders
    inner join fct_order_lines on first_orders.order_id = fct_order_lines.order_id
    left join dim_products on fct_order_lines.product_id = dim_products.product_id
    where fct_order_lines.is_counted
    group by first_orders.person_id
),

circumstances as (
    select
        first_orders.person_id,
        cast(
            sum(first_orders.discount) / nullif(sum(first_orders.gross_sales), 0)
            as double
        ) as discount_share,
        min(case when first_orders.source = '{{ var("member_source") }}' then 0 else 1 end)
            as is_elsewhere,
        max(case when first_orders.campaign_code is null then 0 else 1 end) as has_campaign,
        max(case when stg_orders.source_subscription_id is null then 0 else 1 end)
            as is_subscription
    from first_orders
    inner join stg_orders on first_orders.order_id = stg_orders.order_id
    group by first_orders.person_id
),

int_prediction__first_baskets as (
    select
        circumstances.person_id,
        goods.pieces,
        goods.categories,
        goods.has_trial,
        circumstances.discount_share,
        circumstances.is_elsewhere,
        circumstances.has_campaign,
        circumstances.is_subscription
    from circumstances
    left join goods on circumstances.person_id = goods.person_id
)

select * from int_prediction__first_baskets
