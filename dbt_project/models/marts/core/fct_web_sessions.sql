with int_web__session_events as (
    select * from {{ ref('int_web__session_events') }}
),

int_web__session_persons as (
    select * from {{ ref('int_web__session_persons') }}
),

sessions as (
    select
        session_id,
        min(source) as source,
        min(anonymous_id) as anonymous_id,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        min(occurred_date) as session_date,
        count(case when event_type = 'page_view' then 1 end) as page_views,
        count(case when event_type = 'product_view' then 1 end) as product_views,
        count(case when event_type = 'search' then 1 end) as searches,
        count(case when event_type = 'cart_add' then 1 end) as cart_adds,
        count(case when event_type = 'checkout_start' then 1 end) as checkouts,
        count(case when event_type = 'purchase' then 1 end) as purchases,
        max(case when web_event_id = session_id then page_url end) as landing_page,
        max(case when is_last_of_session then page_url end) as exit_page,
        max(case when web_event_id = session_id then referrer end) as referrer,
        max(utm_source) as utm_source,
        max(utm_medium) as utm_medium,
        max(utm_campaign) as utm_campaign
    from int_web__session_events
    group by session_id
),

fct_web_sessions as (
    select
        sessions.session_id,
        sessions.anonymous_id,
        int_web__session_persons.person_id,
        int_web__session_persons.attribution,
        sessions.source,
        sessions.started_at,
        sessions.ended_at,
        sessions.session_date,
        cast(
            floor({{ seconds_between('sessions.started_at', 'sessions.ended_at') }}) as bigint
        ) as duration_seconds,
        sessions.page_views,
        sessions.product_views,
        sessions.searches,
        sessions.cart_adds,
        sessions.checkouts,
        sessions.purchases,
        sessions.landing_page,
        sessions.exit_page,
        sessions.referrer,
        sessions.utm_source,
        sessions.utm_medium,
        sessions.utm_campaign,
        sessions.purchases > 0 as has_order
    from sessions
    left join int_web__session_persons
        on sessions.session_id = int_web__session_persons.session_id
)

select * from fct_web_sessions
