with order_lines as (
    select * from {{ source('lake', 'order_lines') }}
),

orders as (
    select * from {{ source('lake', 'orders') }}
),

later_orders as (
    select
        _source,
        source_order_id
    from orders
    where not {{ known_by('ordered_at') }}
    group by _source, source_order_id
),

-- Lines have no time of their own: they are as late as the state of the order beside them.
later_exports as (
    select
        _source,
        source_order_id,
        _file,
        _revision,
        max(_version) as exported_at
    from orders
    where not {{ known_by('_version') }}
    group by _source, source_order_id, _file, _revision
),

known_lines as (
    select
        order_lines.*,
        case
            when not {{ known_by('order_lines._version') }} then order_lines._version
            else later_exports.exported_at
        end as later_at
    from order_lines
    left join later_orders
        on
            order_lines._source = later_orders._source
            and order_lines.source_order_id = later_orders.source_order_id
    left join later_exports
        on
            order_lines._source = later_exports._source
            and order_lines.source_order_id = later_exports.source_order_id
            and order_lines._file = later_exports._file
            and order_lines._revision = later_exports._revision
    where later_orders.source_order_id is null
),

-- An order exported anew brings all its lines: those that it no longer holds are gone.
placed_lines as (
    select
        *,
        first_value(_file) over (
            partition by _source, source_order_id
            order by
                later_at asc nulls first, _version desc nulls last, _file desc, _revision desc
        ) as newest_file,
        first_value(_revision) over (
            partition by _source, source_order_id
            order by
                later_at asc nulls first, _version desc nulls last, _file desc, _revision desc
        ) as newest_revision
    from known_lines
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
        -- Of a return that only a later export tells nobody knows when it happened.
        case when later_at is null then coalesce(returned_quantity, 0) else 0 end
            as returned_quantity,
        unit_price,
        tax_rate
    from current_rows
)

select * from stg_order_lines
