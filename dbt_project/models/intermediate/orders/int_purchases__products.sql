with fct_orders as (
    select * from {{ ref('fct_orders') }}
),

fct_order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

dim_products as (
    select * from {{ ref('dim_products') }}
),

int_purchases__products as (
    select
        fct_orders.person_id,
        fct_orders.purchase_no,
        min(fct_orders.ordered_date) as purchase_date,
        dim_products.product_id,
        -- One article has one code, wherever it is sold.
        coalesce(dim_products.product_code, dim_products.product_id) as item_id,
        dim_products.name as item_name,
        dim_products.category,
        dim_products.taste,
        dim_products.brand,
        sum(fct_order_lines.net_sales) as net_sales,
        case
            when count(*) = count(fct_order_lines.gross_profit)
                then sum(fct_order_lines.gross_profit)
        end as gross_profit
    from fct_order_lines
    inner join fct_orders on fct_order_lines.order_id = fct_orders.order_id
    inner join dim_products on fct_order_lines.product_id = dim_products.product_id
    where fct_order_lines.is_counted and fct_orders.is_purchase
    group by
        fct_orders.person_id,
        fct_orders.purchase_no,
        dim_products.product_id,
        dim_products.product_code,
        dim_products.name,
        dim_products.category,
        dim_products.taste,
        dim_products.brand
)

select * from int_purchases__products
