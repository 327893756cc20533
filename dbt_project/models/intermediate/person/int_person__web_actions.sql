with fct_web_sessions as (
    select * from {{ ref('fct_web_sessions') }}
),

int_web__session_events as (
    select * from {{ ref('int_web__session_events') }}
),

int_person__web_actions as (
    select
        int_web__session_events.web_event_id,
        fct_web_sessions.person_id,
        int_web__session_events.event_type,
        '{{ var("member_source") }}' || ':' || int_web__session_events.source_product_id
            as product_id,
        int_web__session_events.occurred_date,
        int_web__session_events.occurred_at
    from int_web__session_events
    inner join fct_web_sessions
        on int_web__session_events.session_id = fct_web_sessions.session_id
    where
        fct_web_sessions.person_id is not null
        and int_web__session_events.event_type in ('cart_add', 'product_view')
)

select * from int_person__web_actions
