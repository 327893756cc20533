with current_rows as (
    {{ current_rows(source('lake', 'products'), ['source_product_id']) }}
),

stg_products as (
    select
        _source || ':' || source_product_id as product_id,
        _source as source,
        source_product_id,
        product_code,
        name,
        category,
        brand,
        taste,
        stock_quantity,
        pack_days,
        list_price,
        unit_cost,
        is_trial,
        is_active,
        {{ if_known('updated_at') }} as updated_at
    from current_rows
)

select * from stg_products
