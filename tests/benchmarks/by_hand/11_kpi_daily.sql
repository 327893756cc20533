-- One row per day from the first sign of life to as_of.
create table marts.rpt_kpi_daily as
with order_days as (
    select
        ordered_date as kpi_date, count(*) filter (is_purchase) as orders,
        count(distinct person_id) filter (is_purchase) as buyers,
        count(distinct person_id) filter (is_first_purchase) as new_buyers,
        sum(net_sales) as net_sales, sum(if(is_first_purchase, net_sales, 0)) as new_net_sales,
        sum(gross_profit) filter (is_purchase) as gross_profit,
        sum(returned_amount) as returned_amount,
        count(*) filter (status = 'cancelled') as cancelled_orders,
    from marts.fct_orders group by ordered_date
),

session_days as (
    select
        session_date as kpi_date, count(*) as sessions,
        count(distinct source || '|' || anonymous_id) as visitors,
        count(*) filter (has_order) as ordering_sessions,
    from marts.fct_web_sessions group by session_date
),

message_days as (
    select
        event_date as kpi_date,
        count(*) filter (channel = 'email' and event_type = 'delivered') as emails_delivered,
        count(*) filter (event_type = 'click' and is_human_engagement) as human_clicks,
        count(*) filter (event_type = 'unsubscribe') as unsubscribes,
    from marts.fct_message_events group by event_date
),

member_days as (
    select tokyo_day(registered_at) as kpi_date, count(*) as members_registered,
    from customers where kpi_date <= getvariable('as_of') group by kpi_date
),

cost_days as (
    select cost_date as kpi_date, sum(cost) as ad_cost,
    from (
        from raw('ad_costs')
        qualify row_number() over (
            partition by _source, cost_date, utm_source, utm_medium, utm_campaign
            order by _version desc nulls last, _file desc, _revision desc, _row desc
        ) = 1
    )
    where cost_date <= getvariable('as_of') group by cost_date
),

days as (
    select unnest(generate_series(min(kpi_date), getvariable('as_of'), interval 1 day))::date
        as kpi_date,
    from (
        select kpi_date from order_days union all select kpi_date from session_days
        union all select kpi_date from message_days union all select kpi_date from member_days
        union all select kpi_date from cost_days
    )
),

-- A shop without a source of sessions, messages or ad costs has no figure for them, not zero.
zeros as (
    select
        if(count(session_date) > 0, 0, null) as session_zero,
        (select if(count(*) > 0, 0, null) from message_days) as message_zero,
        (select if(count(*) > 0, 0, null) from member_days) as member_zero,
        (select if(count(ad_cost) > 0, 0, null) from cost_days) as cost_zero,
    from marts.fct_web_sessions
)

select
    kpi_date, coalesce(orders, 0) as orders, coalesce(buyers, 0) as buyers,
    coalesce(new_buyers, 0) as new_buyers, coalesce(buyers - new_buyers, 0) as repeat_buyers,
    coalesce(net_sales, 0)::decimal(18, 3) as net_sales,
    coalesce(new_net_sales, 0)::decimal(18, 3) as new_net_sales,
    coalesce(net_sales - new_net_sales, 0)::decimal(18, 3) as repeat_net_sales,
    gross_profit::decimal(18, 3) as gross_profit,
    coalesce(returned_amount, 0)::decimal(18, 3) as returned_amount,
    coalesce(cancelled_orders, 0) as cancelled_orders,
    (order_days.net_sales / nullif(order_days.orders, 0))::decimal(18, 3) as average_order_value,
    coalesce(sessions, session_zero)::bigint as sessions,
    coalesce(visitors, session_zero)::bigint as visitors,
    ordering_sessions::double / sessions as orders_per_session,
    coalesce(members_registered, member_zero)::bigint as members_registered,
    coalesce(emails_delivered, message_zero)::bigint as emails_delivered,
    coalesce(human_clicks, message_zero)::bigint as human_clicks,
    coalesce(unsubscribes, message_zero)::bigint as unsubscribes,
    coalesce(ad_cost, cost_zero)::decimal(18, 3) as ad_cost, 'JPY' as currency,
from days
cross join zeros
left join order_days using (kpi_date)
left join session_days using (kpi_date)
left join message_days using (kpi_date)
left join member_days using (kpi_date)
left join cost_days using (kpi_date);

create table marts.dim_dates as
select
    kpi_date as date_day, date_trunc('week', kpi_date)::date as week_start_date,
    date_trunc('month', kpi_date)::date as month_start_date,
    date_trunc('quarter', kpi_date)::date as quarter_start_date,
    date_trunc('year', kpi_date)::date as year_start_date,
    isodow(kpi_date) as weekday_no, isodow(kpi_date) > 5 as is_weekend,
from marts.rpt_kpi_daily;
