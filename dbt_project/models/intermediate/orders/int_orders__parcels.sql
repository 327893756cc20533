with stg_shipments as (
    select * from {{ ref('stg_shipments') }}
),

-- The carrier knows the parcel by its number and the arrival that the shop does not know.
carrier_parcels as (
    select
        tracking_number,
        min(shipped_at) as shipped_at,
        max(delivered_at) as delivered_at,
        max(carrier) as carrier,
        max(prefecture) as prefecture
    from stg_shipments
    where source_order_id is null and tracking_number is not null
    group by tracking_number
),

joined as (
    select
        stg_shipments.shipment_id,
        stg_shipments.source || ':' || stg_shipments.source_order_id as order_id,
        stg_shipments.requested_date,
        coalesce(stg_shipments.carrier, carrier_parcels.carrier) as carrier,
        coalesce(stg_shipments.prefecture, carrier_parcels.prefecture) as prefecture,
        coalesce(stg_shipments.shipped_at, carrier_parcels.shipped_at) as shipped_at,
        coalesce(stg_shipments.delivered_at, carrier_parcels.delivered_at) as delivered_at
    from stg_shipments
    left join carrier_parcels on stg_shipments.tracking_number = carrier_parcels.tracking_number
    where stg_shipments.source_order_id is not null
),

int_orders__parcels as (
    select
        *,
        {{ local_date('shipped_at') }} as shipped_date,
        {{ local_date('delivered_at') }} as delivered_date
    from joined
)

select * from int_orders__parcels
