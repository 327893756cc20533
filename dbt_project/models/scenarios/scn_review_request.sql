with fct_orders as (
    select * from {{ ref('fct_orders') }}
),

fct_order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

customer_360 as (
    select * from {{ ref('customer_360') }}
),

ranked_lines as (
    select
        order_id,
        product_id,
        row_number() over (
            partition by order_id order by net_sales desc, product_id asc
        ) as place
    from fct_order_lines
    where is_counted and product_id is not null
),

scn_review_request as (
    select
        fct_orders.person_id,
        fct_orders.order_id as occurrence,
        fct_orders.delivered_at as anchor_at,
        ranked_lines.product_id,
        'order delivered, nothing sent back, no open inquiry' as why
    from fct_orders
    inner join customer_360 on fct_orders.person_id = customer_360.person_id
    left join ranked_lines on fct_orders.order_id = ranked_lines.order_id and ranked_lines.place = 1
    where
        fct_orders.is_purchase
        and fct_orders.delivered_at is not null
        and fct_orders.returned_amount = 0
        and not customer_360.has_open_inquiry
)

select * from scn_review_request
