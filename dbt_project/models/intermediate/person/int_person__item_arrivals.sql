with fct_order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

fct_orders as (
    select * from {{ ref('fct_orders') }}
),

int_products__items as (
    select * from {{ ref('int_products__items') }}
),

int_person__item_arrivals as (
    select
        fct_order_lines.person_id,
        int_products__items.item_id,
        fct_order_lines.ordered_date as bought_date,
        max({{ local_date('fct_orders.delivered_at') }}) as arrived_date
    from fct_order_lines
    inner join fct_orders on fct_order_lines.order_id = fct_orders.order_id
    inner join int_products__items on fct_order_lines.product_id = int_products__items.product_id
    where fct_order_lines.is_counted and fct_orders.delivered_at is not null
    group by
        fct_order_lines.person_id, int_products__items.item_id, fct_order_lines.ordered_date
)

select * from int_person__item_arrivals
