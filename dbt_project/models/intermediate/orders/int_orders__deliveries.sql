with int_orders__parcels as (
    select * from {{ ref('int_orders__parcels') }}
),

int_orders__deliveries as (
    select
        order_id,
        count(*) as parcels,
        -- An order has arrived when its last parcel has.
        case when count(*) = count(delivered_at) then max(delivered_at) end as delivered_at
    from int_orders__parcels
    group by order_id
)

select * from int_orders__deliveries
