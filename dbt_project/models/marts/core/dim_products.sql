with int_products__attributes as (
    select * from {{ ref('int_products__attributes') }}
),

fct_order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

product_sales as (
    select
        product_id,
        min(ordered_date) as first_sold_date,
        max(ordered_date) as last_sold_date,
        sum(quantity - returned_quantity) as units_sold,
        sum(net_sales) as net_sales
    from fct_order_lines
    where is_counted
    group by product_id
),

dim_products as (
    select
        int_products__attributes.product_id,
        int_products__attributes.source,
        int_products__attributes.source_product_id,
        int_products__attributes.product_code,
        int_products__attributes.name,
        int_products__attributes.category,
        int_products__attributes.brand,
        int_products__attributes.taste,
        int_products__attributes.list_price,
        int_products__attributes.unit_cost,
        int_products__attributes.stock_quantity,
        int_products__attributes.pack_days,
        int_products__attributes.is_trial,
        int_products__attributes.is_active,
        product_sales.first_sold_date,
        product_sales.last_sold_date,
        cast(coalesce(product_sales.units_sold, 0) as bigint) as units_sold,
        {{ money('coalesce(product_sales.net_sales, 0)') }} as net_sales
    from int_products__attributes
    left join product_sales on int_products__attributes.product_id = product_sales.product_id
)

select * from dim_products
