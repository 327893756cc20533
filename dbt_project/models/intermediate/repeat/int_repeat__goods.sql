with fct_orders as (
    select * from {{ ref('fct_orders') }}
),

fct_order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

dim_products as (
    select * from {{ ref('dim_products') }}
),

int_repeat__goods as (
    select
        fct_orders.person_id,
        fct_orders.purchase_no,
        coalesce(dim_products.product_code, dim_products.product_id) as product_key,
        min(fct_orders.ordered_date) as purchase_date,
        min(dim_products.name) as product_name,
        min(dim_products.category) as category,
        min(dim_products.brand) as brand,
        max(case when dim_products.is_trial then 1 else 0 end) = 1 as is_trial,
        max(fct_order_lines.unit_price) as unit_price,
        sum(fct_order_lines.net_sales) as net_sales
    from fct_order_lines
    inner join fct_orders on fct_order_lines.order_id = fct_orders.order_id
    inner join dim_products on fct_order_lines.product_id = dim_products.product_id
    where fct_order_lines.is_counted and fct_orders.is_purchase
    group by
        fct_orders.person_id,
        fct_orders.purchase_no,
        coalesce(dim_products.product_code, dim_products.product_id)
)

select * from int_repeat__goods
