with fct_web_sessions as (
    select * from {{ ref('fct_web_sessions') }}
),

fct_message_events as (
    select * from {{ ref('fct_message_events') }}
),

int_web__device_owners as (
    select * from {{ ref('int_web__device_owners') }}
),

first_evidence as (
    select
        source,
        anonymous_id,
        {{ local_date('min(valid_to)') }} as known_date
    from int_web__device_owners
    where method = 'backfill'
    group by source, anonymous_id
),

-- A session whose person showed only later was nobody's until that day.
sessions as (
    select
        fct_web_sessions.person_id,
        fct_web_sessions.session_date as event_date,
        case
            when fct_web_sessions.attribution = 'backfill'
                then greatest(fct_web_sessions.session_date, first_evidence.known_date)
            else fct_web_sessions.session_date
        end as known_date,
        fct_web_sessions.product_views,
        fct_web_sessions.searches,
        fct_web_sessions.cart_adds,
        fct_web_sessions.checkouts,
        0 as mail_clicks,
        0 as line_taps
    from fct_web_sessions
    left join first_evidence
        on
            fct_web_sessions.source = first_evidence.source
            and fct_web_sessions.anonymous_id = first_evidence.anonymous_id
    where fct_web_sessions.person_id is not null
),

answers as (
    select
        person_id,
        event_date,
        event_date as known_date,
        0 as product_views,
        0 as searches,
        0 as cart_adds,
        0 as checkouts,
        case when channel = 'email' then 1 else 0 end as mail_clicks,
        case when channel = 'line' then 1 else 0 end as line_taps
    from fct_message_events
    where person_id is not null and is_human_engagement
),

events as (
    select * from sessions
    union all
    select * from answers
),

int_prediction__lead_events as (
    select
        person_id,
        event_date,
        known_date,
        sum(product_views) as product_views,
        sum(searches) as searches,
        sum(cart_adds) as cart_adds,
        sum(checkouts) as checkouts,
        sum(mail_clicks) as mail_clicks,
        sum(line_taps) as line_taps
    from events
    group by person_id, event_date, known_date
)

select * from int_prediction__lead_events
