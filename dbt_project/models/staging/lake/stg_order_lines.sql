with order_lines as (
    select * from {{ source('lake', 'order_lines') }}
),

-- An order exported anew brings all its lines: those that it no longer holds are gone.
placed_lines as (
    select
        *,
        first_value(_file) over (
            partition by _source, source_order_id
            order by _version desc nulls last, _file desc, _revision desc
        ) as newest_file,
        first_value(_revision) over (
            partition by _source, source_order_id
            order by _version desc nulls last, _file desc, _revision desc
        ) as newest_revision
    from order_lines
),

exported_lines as (
    select * from placed_lines
    where _file = newest_file and _revision = newest_revision
),

current_rows as (
    {{ current_rows('exported_lines', ['source_order_id', 'source_line_id']) }}
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
