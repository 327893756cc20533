with current_rows as (
    {{ current_rows(source('lake', 'shipments'), ['source_shipment_id']) }}
),

stg_shipments as (
    select
        _source || ':' || source_shipment_id as shipment_id,
        _source as source,
        source_shipment_id,
        source_order_id,
        carrier,
        replace(tracking_number, '-', '') as tracking_number,
        prefecture,
        requested_date,
        {{ local_date(if_known('delivered_at')) }} as delivered_date,
        {{ if_known('shipped_at') }} as shipped_at,
        {{ if_known('delivered_at') }} as delivered_at,
        {{ if_known('updated_at') }} as updated_at
    from current_rows
)

select * from stg_shipments
