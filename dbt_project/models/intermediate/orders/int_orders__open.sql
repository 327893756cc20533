with fct_orders as (
    select * from {{ ref('fct_orders') }}
),

int_orders__parcels as (
    select * from {{ ref('int_orders__parcels') }}
),

int_orders__transit_days as (
    select * from {{ ref('int_orders__transit_days') }}
),

int_policy__settings as (
    select * from {{ ref('int_policy__settings') }}
),

-- Where only the day of shipping is known, a parcel arrives as nine of ten of its kind do, and not
-- before the day that the buyer asked for.
expected_parcels as (
    select
        int_orders__parcels.order_id,
        int_orders__parcels.shipped_date,
        int_orders__parcels.delivered_date,
        case
            when int_orders__parcels.shipped_date is not null
                then greatest(
                    {{ add_days(
                        'int_orders__parcels.shipped_date',
                        'cast(coalesce(
                            by_prefecture.transit_days, by_carrier.transit_days,
                            overall.transit_days, int_policy__settings.transit_default_days
                        ) as integer)'
                    ) }},
                    coalesce(int_orders__parcels.requested_date, int_orders__parcels.shipped_date)
                )
        end as expected_date
    from int_orders__parcels
    cross join int_policy__settings
    left join int_orders__transit_days as by_prefecture
        on
            by_prefecture.level = 'carrier_prefecture'
            and int_orders__parcels.carrier = by_prefecture.carrier
            and int_orders__parcels.prefecture = by_prefecture.prefecture
    left join int_orders__transit_days as by_carrier
        on by_carrier.level = 'carrier' and int_orders__parcels.carrier = by_carrier.carrier
    left join int_orders__transit_days as overall on overall.level = 'overall'
),

order_parcels as (
    select
        order_id,
        count(*) = count(coalesce(delivered_date, shipped_date)) as has_left,
        count(*) = count(delivered_date) as has_arrived,
        max(coalesce(delivered_date, expected_date)) as arrival_date
    from expected_parcels
    group by order_id
),

judged_orders as (
    select
        fct_orders.order_id,
        fct_orders.person_id,
        order_parcels.arrival_date,
        case
            when fct_orders.exclusion_reason = 'pending'
                then case
                    when
                        {{ age_days('fct_orders.ordered_date') }}
                        <= int_policy__settings.unpaid_order_days
                        then 'unpaid'
                end
            when
                order_parcels.arrival_date is not null
                and (order_parcels.has_arrived or fct_orders.status <> 'delivered')
                and {{ age_days('order_parcels.arrival_date') }} < int_policy__settings.grace_days
                then case when order_parcels.has_arrived then 'just_arrived' else 'on_the_way' end
            when fct_orders.status = 'delivered' or order_parcels.has_arrived then null
            when not order_parcels.has_left then 'not_shipped'
            when order_parcels.order_id is null and fct_orders.status <> 'shipped'
                then 'not_shipped'
            when
                order_parcels.order_id is null
                and {{ age_days('fct_orders.ordered_date') }}
                <= int_policy__settings.untracked_order_days
                then 'untracked'
        end as open_reason
    from fct_orders
    cross join int_policy__settings
    left join order_parcels on fct_orders.order_id = order_parcels.order_id
    where
        fct_orders.person_id is not null
        and coalesce(fct_orders.status, 'new') not in ('cancelled', 'returned')
        and (fct_orders.is_purchase or fct_orders.exclusion_reason = 'pending')
),

int_orders__open as (
    select * from judged_orders
    where open_reason is not null
)

select * from int_orders__open
