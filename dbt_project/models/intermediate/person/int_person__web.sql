with fct_web_sessions as (
    select * from {{ ref('fct_web_sessions') }}
),

int_web__session_events as (
    select * from {{ ref('int_web__session_events') }}
),

int_stage__limits as (
    select * from {{ ref('int_stage__limits') }}
),

person_sessions as (
    select * from fct_web_sessions
    where person_id is not null
),

product_view_days as (
    select
        person_sessions.person_id,
        int_web__session_events.source_product_id,
        count(*) as views
    from int_web__session_events
    inner join person_sessions on int_web__session_events.session_id = person_sessions.session_id
    cross join int_stage__limits
    where
        int_web__session_events.event_type = 'product_view'
        and int_web__session_events.source_product_id is not null
        and {{ age_days('int_web__session_events.occurred_date') }}
        < int_stage__limits.hot_lead_view_days
    group by person_sessions.person_id, int_web__session_events.source_product_id
),

most_viewed as (
    select
        person_id,
        max(views) as most_views_of_a_product
    from product_view_days
    group by person_id
),

last_views as (
    select
        person_sessions.person_id,
        int_web__session_events.source_product_id,
        row_number() over (
            partition by person_sessions.person_id
            order by
                int_web__session_events.occurred_at desc, int_web__session_events.web_event_id desc
        ) as view_rank
    from int_web__session_events
    inner join person_sessions on int_web__session_events.session_id = person_sessions.session_id
    where
        int_web__session_events.event_type = 'product_view'
        and int_web__session_events.source_product_id is not null
),

session_counts as (
    select
        person_id,
        max(ended_at) as last_session_at,
        max(session_date) as last_session_date,
        max(case when cart_adds + checkouts > 0 then session_date end) as last_cart_date,
        count(case when {{ age_days('session_date') }} < 30 then 1 end) as sessions_30d,
        sum(case when {{ age_days('session_date') }} < 30 then product_views else 0 end)
            as product_views_30d,
        sum(case when {{ age_days('session_date') }} < 14 then cart_adds else 0 end)
            as cart_adds_14d
    from person_sessions
    group by person_id
),

int_person__web as (
    select
        session_counts.*,
        coalesce(most_viewed.most_views_of_a_product, 0) as most_views_of_a_product,
        '{{ var("member_source") }}' || ':' || last_views.source_product_id
            as last_viewed_product_id
    from session_counts
    left join most_viewed on session_counts.person_id = most_viewed.person_id
    left join last_views
        on session_counts.person_id = last_views.person_id and last_views.view_rank = 1
)

select * from int_person__web
