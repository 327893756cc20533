with int_orders__parcels as (
    select * from {{ ref('int_orders__parcels') }}
),

int_policy__settings as (
    select * from {{ ref('int_policy__settings') }}
),

tracked_parcels as (
    select
        carrier,
        prefecture,
        {{ dbt.datediff('shipped_date', 'delivered_date', 'day') }} as transit_days
    from int_orders__parcels
    where shipped_date <= delivered_date
),

by_level as (
    select
        'carrier_prefecture' as level,
        carrier,
        prefecture,
        count(*) as parcels,
        {{ quantile('transit_days', 0.9) }} as p90_days
    from tracked_parcels
    where carrier is not null and prefecture is not null
    group by carrier, prefecture
    union all
    select
        'carrier' as level,
        carrier,
        '' as prefecture,
        count(*) as parcels,
        {{ quantile('transit_days', 0.9) }} as p90_days
    from tracked_parcels
    where carrier is not null
    group by carrier
    union all
    select
        'overall' as level,
        '' as carrier,
        '' as prefecture,
        count(*) as parcels,
        {{ quantile('transit_days', 0.9) }} as p90_days
    from tracked_parcels
),

int_orders__transit_days as (
    select
        by_level.level,
        by_level.carrier,
        by_level.prefecture,
        by_level.parcels,
        cast(ceil(by_level.p90_days) as bigint) as transit_days
    from by_level
    cross join int_policy__settings
    where by_level.parcels >= int_policy__settings.transit_min_parcels and by_level.parcels > 0
)

select * from int_orders__transit_days
