with customer_360 as (
    select * from {{ ref('customer_360') }}
),

fct_orders as (
    select * from {{ ref('fct_orders') }}
),

scenario_settings as (
    select * from {{ ref('scenario_settings') }}
),

top_buyers as (
    select customer_360.*
    from customer_360
    cross join scenario_settings
    where customer_360.decile <= scenario_settings.vip_decile
),

entry as (
    select min(net_sales) as least_sales from top_buyers
),

last_purchases as (
    select
        fct_orders.person_id,
        sum(fct_orders.net_sales) as net_sales,
        max(fct_orders.ordered_at) as ordered_at
    from fct_orders
    inner join top_buyers
        on
            fct_orders.person_id = top_buyers.person_id
            and fct_orders.ordered_date = top_buyers.last_purchase_date
    where fct_orders.is_purchase
    group by fct_orders.person_id
),

scn_vip as (
    -- Without the last purchase they would not be among the best: it is the one that led there.
    select
        top_buyers.person_id,
        cast(top_buyers.last_purchase_date as {{ dbt.type_string() }}) as occurrence,
        last_purchases.ordered_at as anchor_at,
        cast(null as {{ dbt.type_string() }}) as product_id,
        'rose among the best buyers' as why
    from top_buyers
    inner join last_purchases on top_buyers.person_id = last_purchases.person_id
    cross join entry
    where top_buyers.net_sales - last_purchases.net_sales < entry.least_sales
)

select * from scn_vip
