with stg_products as (
    select * from {{ ref('stg_products') }}
),

stg_order_lines as (
    select * from {{ ref('stg_order_lines') }}
),

-- A source without a product list still sells products: the latest line names them.
sold_products as (
    select
        source,
        source_product_id,
        product_code,
        product_name,
        row_number() over (
            partition by source, source_product_id
            order by source_order_id desc, source_line_id desc
        ) as line_rank
    from stg_order_lines
    where source_product_id is not null and line_kind = 'item'
),

last_sold_products as (
    select * from sold_products
    where line_rank = 1
),

every_product as (
    select
        coalesce(stg_products.source, last_sold_products.source) as source,
        coalesce(stg_products.source_product_id, last_sold_products.source_product_id)
            as source_product_id,
        coalesce(stg_products.product_code, last_sold_products.product_code) as product_code,
        coalesce(stg_products.name, last_sold_products.product_name) as name,
        stg_products.category,
        stg_products.brand,
        stg_products.taste,
        stg_products.list_price,
        stg_products.unit_cost,
        stg_products.stock_quantity,
        stg_products.pack_days,
        stg_products.is_trial,
        stg_products.is_active
    from stg_products
    full outer join last_sold_products
        on
            stg_products.source = last_sold_products.source
            and stg_products.source_product_id = last_sold_products.source_product_id
),

-- One row per product code, from the product master.
master_products as (
    select * from (
        select
            *,
            row_number() over (partition by product_code order by source_product_id) as code_rank
        from stg_products
        where
            source = '{{ var("product_master_source") }}'
            and product_code is not null
    ) as ranked
    where code_rank = 1
),

int_products__attributes as (
    select
        every_product.source || ':' || every_product.source_product_id as product_id,
        every_product.source,
        every_product.source_product_id,
        every_product.product_code,
        coalesce(every_product.name, master_products.name) as name,
        coalesce(every_product.category, master_products.category) as category,
        coalesce(every_product.brand, master_products.brand) as brand,
        coalesce(every_product.taste, master_products.taste) as taste,
        coalesce(every_product.list_price, master_products.list_price) as list_price,
        coalesce(every_product.unit_cost, master_products.unit_cost) as unit_cost,
        coalesce(every_product.stock_quantity, master_products.stock_quantity) as stock_quantity,
        coalesce(every_product.pack_days, master_products.pack_days) as pack_days,
        coalesce(every_product.is_trial, master_products.is_trial, false) as is_trial,
        coalesce(every_product.is_active, master_products.is_active, true) as is_active
    from every_product
    left join master_products on every_product.product_code = master_products.product_code
)

select * from int_products__attributes
