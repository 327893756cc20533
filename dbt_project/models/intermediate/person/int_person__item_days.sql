with fct_order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

int_products__items as (
    select * from {{ ref('int_products__items') }}
),

int_person__item_days as (
    select
        fct_order_lines.person_id,
        int_products__items.item_id,
        fct_order_lines.ordered_date as bought_date,
        sum(fct_order_lines.quantity - fct_order_lines.returned_quantity) as quantity
    from fct_order_lines
    inner join int_products__items on fct_order_lines.product_id = int_products__items.product_id
    where
        fct_order_lines.is_counted
        and fct_order_lines.quantity > fct_order_lines.returned_quantity
    group by
        fct_order_lines.person_id, int_products__items.item_id, fct_order_lines.ordered_date
)

select * from int_person__item_days
