with fct_orders as (
    select * from {{ ref('fct_orders') }}
),

int_purchases as (
    select
        person_id,
        purchase_no,
        min(ordered_date) as purchase_date,
        min(ordered_at) as purchased_at,
        count(*) as orders,
        sum(net_sales) as net_sales,
        sum(gross_profit) as gross_profit,
        case when count(*) = count(delivered_at) then max(delivered_at) end as delivered_at
    from fct_orders
    where is_purchase
    group by person_id, purchase_no
)

select * from int_purchases
