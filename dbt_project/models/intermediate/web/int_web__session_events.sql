{{ config(
    materialized=events_materialization(), unique_key=['source', 'anonymous_id'],
    post_hook="{{ forget_moved_events(ref('stg_web_events')) }}"
) }}
{#- What was staged of an event: a list, so that the model stays short. -#}
{% set columns = [
    'web_event_id', 'source', 'anonymous_id', 'source_customer_id', 'source_product_id',
    'source_order_id', 'line_user_id', 'email_key', 'mail_send_id', 'event_type', 'page_url',
    'referrer', 'utm_source', 'utm_medium', 'utm_campaign', 'occurred_date', 'occurred_at'] %}

with stg_web_events as (
    select * from {{ ref('stg_web_events') }}
),

bot_user_agents as (
    select * from {{ ref('bot_user_agents') }}
),

browser_events as (
    {{ events_of_touched_browsers('stg_web_events') }}
),

bot_agents as (
    {{ bot_agents('browser_events') }}
),

-- Events are sorted five times: without what they say of their page, which waits for the end.
following_events as (
    select
        browser_events.web_event_id,
        browser_events.source,
        browser_events.anonymous_id,
        browser_events.occurred_date,
        browser_events.occurred_at,
        {{ campaign_key('browser_events') }} as campaign_key,
        row_number() over browser as event_no,
        lag(browser_events.occurred_at) over browser as previous_at,
        lag(browser_events.occurred_date) over browser as previous_date
    from browser_events
    left join bot_agents on browser_events.user_agent = bot_agents.user_agent
    where not (bot_agents.user_agent is not null and {{ var('session_exclude_bots') }})
    window browser as (
        partition by browser_events.source, browser_events.anonymous_id
        order by browser_events.occurred_at, browser_events.web_event_id
    )
),

visit_starts as (
    select
        *,
        previous_at is null
        or {{ seconds_between('previous_at', 'occurred_at') }}
        > {{ var('session_timeout_minutes') }} * 60
        or ({{ var('session_break_at_midnight') }} and occurred_date <> previous_date)
            as is_visit_start
    from following_events
),

visits as (
    select
        *,
        sum(case when is_visit_start then 1 else 0 end) over (
            partition by source, anonymous_id order by event_no
            rows between unbounded preceding and current row
        ) as visit_no
    from visit_starts
),

-- The campaign that an event of a visit came from last: events without one change nothing.
campaign_events as (
    select
        *,
        lag(campaign_key) over (
            partition by source, anonymous_id, visit_no, campaign_key is null order by event_no
        ) as previous_campaign_key
    from visits
),

numbered_events as (
    select
        *,
        sum(
            case
                when is_visit_start then 1
                when
                    {{ var('session_break_on_campaign_change') }}
                    and campaign_key is not null
                    and campaign_key is distinct from previous_campaign_key
                    then 1
                else 0
            end
        ) over (
            partition by source, anonymous_id order by event_no
            rows between unbounded preceding and current row
        ) as session_no
    from campaign_events
),

sessions as (
    select
        web_event_id,
        first_value(web_event_id) over session as session_id,
        lead(web_event_id) over session is null as is_last_of_session
    from numbered_events
    window session as (partition by source, anonymous_id, session_no order by event_no)
),

int_web__session_events as (
    select
        sessions.session_id,
        {% for column in columns -%}
        stg_web_events.{{ column }},
        {% endfor -%}
        sessions.is_last_of_session,
        stg_web_events.increment_no
    from sessions
    inner join stg_web_events on sessions.web_event_id = stg_web_events.web_event_id
)

select * from int_web__session_events
