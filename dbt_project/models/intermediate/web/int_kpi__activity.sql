with fct_web_sessions as (
    select * from {{ ref('fct_web_sessions') }}
),

fct_message_events as (
    select * from {{ ref('fct_message_events') }}
),

stg_customers as (
    select * from {{ ref('stg_customers') }}
),

stg_ad_costs as (
    select * from {{ ref('stg_ad_costs') }}
),

session_days as (
    select
        session_date as kpi_date,
        count(*) as sessions,
        count(distinct source || '|' || anonymous_id) as visitors,
        count(case when has_order then 1 end) as ordering_sessions
    from fct_web_sessions
    group by session_date
),

message_days as (
    select
        event_date as kpi_date,
        count(*) as message_events,
        count(case when channel = 'email' and event_type = 'delivered' then 1 end)
            as emails_delivered,
        count(case when event_type = 'click' and is_human_engagement then 1 end) as human_clicks,
        count(case when event_type = 'unsubscribe' then 1 end) as unsubscribes
    from fct_message_events
    group by event_date
),

member_days as (
    select
        registered_date as kpi_date,
        count(*) as members_registered
    from stg_customers
    where registered_date <= {{ as_of_date() }}
    group by registered_date
),

cost_days as (
    select
        cost_date as kpi_date,
        sum(cost) as ad_cost
    from stg_ad_costs
    group by cost_date
),

days as (
    select kpi_date from session_days
    union
    select kpi_date from message_days
    union
    select kpi_date from member_days
    union
    select kpi_date from cost_days
),

int_kpi__activity as (
    select
        days.kpi_date,
        coalesce(session_days.sessions, 0) as sessions,
        coalesce(session_days.visitors, 0) as visitors,
        coalesce(session_days.ordering_sessions, 0) as ordering_sessions,
        coalesce(message_days.message_events, 0) as message_events,
        coalesce(message_days.emails_delivered, 0) as emails_delivered,
        coalesce(message_days.human_clicks, 0) as human_clicks,
        coalesce(message_days.unsubscribes, 0) as unsubscribes,
        coalesce(member_days.members_registered, 0) as members_registered,
        cost_days.ad_cost
    from days
    left join session_days on days.kpi_date = session_days.kpi_date
    left join message_days on days.kpi_date = message_days.kpi_date
    left join member_days on days.kpi_date = member_days.kpi_date
    left join cost_days on days.kpi_date = cost_days.kpi_date
    where days.kpi_date is not null
)

select * from int_kpi__activity
