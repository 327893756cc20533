with stg_shipments as (
    select * from {{ ref('stg_shipments') }}
),

-- The carrier knows the parcel by its number and the arrival that the shop does not know.
carrier_parcels as (
    select
        tracking_number,
        max(delivered_at) as delivered_at
    from stg_shipments
    where source_order_id is null and tracking_number is not null
    group by tracking_number
),

order_parcels as (
    select
        stg_shipments.source,
        stg_shipments.source_order_id,
        coalesce(stg_shipments.delivered_at, carrier_parcels.delivered_at) as delivered_at
    from stg_shipments
    left join carrier_parcels on stg_shipments.tracking_number = carrier_parcels.tracking_number
    where stg_shipments.source_order_id is not null
),

int_orders__deliveries as (
    select
        source || ':' || source_order_id as order_id,
        count(*) as parcels,
        -- An order has arrived when its last parcel has.
        case when count(*) = count(delivered_at) then max(delivered_at) end as delivered_at
    from order_parcels
    group by source, source_order_id
)

select * from int_orders__deliveries
