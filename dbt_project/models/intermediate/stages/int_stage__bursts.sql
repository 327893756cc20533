with fct_web_sessions as (
    select * from {{ ref('fct_web_sessions') }}
),

int_web__session_events as (
    select * from {{ ref('int_web__session_events') }}
),

int_person__orders as (
    select * from {{ ref('int_person__orders') }}
),

int_stage__limits as (
    select * from {{ ref('int_stage__limits') }}
),

-- Only who has not bought yet can be a hot lead.
numbered_views as (
    select
        fct_web_sessions.person_id,
        int_web__session_events.source_product_id,
        int_web__session_events.occurred_date,
        row_number() over (
            partition by fct_web_sessions.person_id, int_web__session_events.source_product_id
            order by
                int_web__session_events.occurred_date,
                int_web__session_events.occurred_at,
                int_web__session_events.web_event_id
        ) as view_no
    from int_web__session_events
    inner join fct_web_sessions on int_web__session_events.session_id = fct_web_sessions.session_id
    left join int_person__orders on fct_web_sessions.person_id = int_person__orders.person_id
    where
        fct_web_sessions.person_id is not null
        and int_web__session_events.event_type = 'product_view'
        and int_web__session_events.source_product_id is not null
        and (
            int_person__orders.first_purchase_date is null
            or int_web__session_events.occurred_date < int_person__orders.first_purchase_date
        )
),

-- From the view that completes the number until the first of them is too old.
int_stage__bursts as (
    select
        last_views.person_id,
        last_views.occurred_date as hot_from,
        max({{ add_days('first_views.occurred_date', 'int_stage__limits.hot_lead_view_days') }})
            as hot_until
    from numbered_views as last_views
    cross join int_stage__limits
    inner join numbered_views as first_views
        on
            last_views.person_id = first_views.person_id
            and last_views.source_product_id = first_views.source_product_id
            and last_views.view_no
            = first_views.view_no + int_stage__limits.hot_lead_view_count - 1
    where
        last_views.occurred_date
        < {{ add_days('first_views.occurred_date', 'int_stage__limits.hot_lead_view_days') }}
    group by last_views.person_id, last_views.occurred_date
)

select * from int_stage__bursts
