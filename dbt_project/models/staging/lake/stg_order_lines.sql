with current_rows as (
    {{ current_rows(source('lake', 'order_lines'), ['source_order_id', 'source_line_id']) }}
),

stg_order_lines as (
    select
        _source || ':' || source_order_id || ':' || source_line_id as order_line_id,
        _source as source,
        source_order_id,
        source_line_id,
        coalesce(source_product_id, product_code) as source_product_id,
        coalesce(line_kind, 'item') as line_kind,
        coalesce(product_code, source_product_id) as product_code,
        product_name,
        quantity,
        coalesce(returned_quantity, 0) as returned_quantity,
        unit_price,
        tax_rate
    from current_rows
)

select * from stg_order_lines
