with int_kpi__orders as (
    select * from {{ ref('int_kpi__orders') }}
),

int_kpi__activity as (
    select * from {{ ref('int_kpi__activity') }}
),

first_days as (
    select least(
        coalesce((select min(kpi_date) from int_kpi__orders), {{ as_of_date() }}),
        coalesce((select min(kpi_date) from int_kpi__activity), {{ as_of_date() }})
    ) as first_date
),

day_counts as (
    select {{ age_days('first_date') }} as day_count
    from first_days
),

days as (
    select {{ add_days('first_days.first_date', 'series.day_no') }} as kpi_date
    from first_days
    cross join {{ series('(select max(day_count) from day_counts)', 'day_no') }}
),

-- A shop without a source of sessions, messages or ad costs has no figure for them, not zero.
presence as (
    select
        sum(sessions) > 0 as has_sessions,
        sum(message_events) > 0 as has_messages,
        count(ad_cost) > 0 as has_ad_costs,
        sum(members_registered) > 0 as has_members
    from int_kpi__activity
),

rpt_kpi_daily as (
    select
        days.kpi_date,
        coalesce(int_kpi__orders.orders, 0) as orders,
        coalesce(int_kpi__orders.buyers, 0) as buyers,
        coalesce(int_kpi__orders.new_buyers, 0) as new_buyers,
        coalesce(int_kpi__orders.buyers - int_kpi__orders.new_buyers, 0) as repeat_buyers,
        {{ money('coalesce(int_kpi__orders.net_sales, 0)') }} as net_sales,
        {{ money('coalesce(int_kpi__orders.new_net_sales, 0)') }} as new_net_sales,
        {{ money('coalesce(int_kpi__orders.net_sales - int_kpi__orders.new_net_sales, 0)') }}
            as repeat_net_sales,
        {{ money('int_kpi__orders.gross_profit') }} as gross_profit,
        {{ money('coalesce(int_kpi__orders.returned_amount, 0)') }} as returned_amount,
        coalesce(int_kpi__orders.cancelled_orders, 0) as cancelled_orders,
        {{ money('int_kpi__orders.net_sales / nullif(int_kpi__orders.orders, 0)') }}
            as average_order_value,
        cast(
            case when presence.has_sessions then coalesce(int_kpi__activity.sessions, 0) end
            as bigint
        ) as sessions,
        cast(
            case when presence.has_sessions then coalesce(int_kpi__activity.visitors, 0) end
            as bigint
        ) as visitors,
        cast(int_kpi__activity.ordering_sessions as double)
        / nullif(int_kpi__activity.sessions, 0) as orders_per_session,
        cast(
            case
                when presence.has_members then coalesce(int_kpi__activity.members_registered, 0)
            end as bigint
        ) as members_registered,
        cast(
            case when presence.has_messages then coalesce(int_kpi__activity.emails_delivered, 0) end
            as bigint
        ) as emails_delivered,
        cast(
            case when presence.has_messages then coalesce(int_kpi__activity.human_clicks, 0) end
            as bigint
        ) as human_clicks,
        cast(
            case when presence.has_messages then coalesce(int_kpi__activity.unsubscribes, 0) end
            as bigint
        ) as unsubscribes,
        {{ money(
            'case when presence.has_ad_costs then coalesce(int_kpi__activity.ad_cost, 0) end'
        ) }} as ad_cost,
        '{{ var("currency") }}' as currency
    from days
    cross join presence
    left join int_kpi__orders on days.kpi_date = int_kpi__orders.kpi_date
    left join int_kpi__activity on days.kpi_date = int_kpi__activity.kpi_date
)

select * from rpt_kpi_daily
