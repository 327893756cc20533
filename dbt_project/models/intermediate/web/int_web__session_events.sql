with int_web__events as (
    select * from {{ ref('int_web__events') }}
),

keyed_events as (
    select
        *,
        case
            when utm_source is not null or utm_medium is not null or utm_campaign is not null
                then
                    coalesce(utm_source, '') || '|' || coalesce(utm_medium, '')
                    || '|' || coalesce(utm_campaign, '')
        end as campaign_key
    from int_web__events
    where not (is_bot and {{ var('session_exclude_bots') }})
),

following_events as (
    select
        *,
        lag(occurred_at) over (
            partition by source, anonymous_id order by occurred_at, web_event_id
        ) as previous_at,
        lag(occurred_date) over (
            partition by source, anonymous_id order by occurred_at, web_event_id
        ) as previous_date
    from keyed_events
),

visits as (
    select
        *,
        sum(
            case
                when previous_at is null then 1
                when
                    {{ seconds_between('previous_at', 'occurred_at') }}
                    > {{ var('session_timeout_minutes') }} * 60
                    then 1
                when {{ var('session_break_at_midnight') }} and occurred_date <> previous_date
                    then 1
                else 0
            end
        ) over (
            partition by source, anonymous_id order by occurred_at, web_event_id
            rows between unbounded preceding and current row
        ) as visit_no
    from following_events
),

-- The campaign that an event of a visit came from last: events without one change nothing.
campaign_events as (
    select
        *,
        row_number() over (
            partition by source, anonymous_id, visit_no order by occurred_at, web_event_id
        ) as place_in_visit,
        lag(campaign_key) over (
            partition by source, anonymous_id, visit_no, campaign_key is null
            order by occurred_at, web_event_id
        ) as previous_campaign_key
    from visits
),

numbered_events as (
    select
        *,
        sum(
            case
                when place_in_visit = 1 then 1
                when
                    {{ var('session_break_on_campaign_change') }}
                    and campaign_key is not null
                    and campaign_key is distinct from previous_campaign_key
                    then 1
                else 0
            end
        ) over (
            partition by source, anonymous_id order by occurred_at, web_event_id
            rows between unbounded preceding and current row
        ) as session_no
    from campaign_events
),

int_web__session_events as (
    select
        first_value(web_event_id) over (
            partition by source, anonymous_id, session_no order by occurred_at, web_event_id
        ) as session_id,
        web_event_id,
        source,
        anonymous_id,
        source_customer_id,
        source_product_id,
        source_order_id,
        line_user_id,
        email_key,
        mail_send_id,
        event_type,
        page_url,
        referrer,
        utm_source,
        utm_medium,
        utm_campaign,
        occurred_date,
        occurred_at
    from numbered_events
)

select * from int_web__session_events
