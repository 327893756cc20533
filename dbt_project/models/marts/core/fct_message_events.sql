with stg_message_events as (
    select * from {{ ref('stg_message_events') }}
),

int_person__emails as (
    select * from {{ ref('int_person__emails') }}
),

int_person__line_users as (
    select * from {{ ref('int_person__line_users') }}
),

int_message__bursts as (
    select * from {{ ref('int_message__bursts') }}
),

bot_user_agents as (
    select * from {{ ref('bot_user_agents') }}
),

visible_events as (
    select * from stg_message_events
    where occurred_date <= {{ as_of_date() }}
),

deliveries as (
    select
        source,
        provider_message_id,
        recipient,
        min(occurred_at) as delivered_at
    from visible_events
    where event_type = 'delivered'
    group by source, provider_message_id, recipient
),

burst_clicks as (
    select visible_events.message_event_id
    from visible_events
    inner join int_message__bursts
        on
            visible_events.source = int_message__bursts.source
            and visible_events.provider_message_id = int_message__bursts.provider_message_id
            and visible_events.recipient = int_message__bursts.recipient
    where
        visible_events.event_type = 'click'
        and visible_events.occurred_at
        between int_message__bursts.started_at and int_message__bursts.ended_at
    group by visible_events.message_event_id
),

bot_agents as (
    {{ bot_agents('visible_events') }}
),

-- An address that several persons share says nothing about which of them acted.
sole_holders as (
    select * from int_person__emails
    where is_sole_holder
),

observed_events as (
    select
        visible_events.*,
        coalesce(sole_holders.person_id, int_person__line_users.person_id) as person_id,
        coalesce(
            {{ seconds_between('deliveries.delivered_at', 'visible_events.occurred_at') }}
            between 0 and {{ var('machine_reaction_seconds') }},
            false
        ) as is_instant,
        bot_agents.user_agent is not null as is_bot_agent,
        burst_clicks.message_event_id is not null as is_in_burst
    from visible_events
    left join sole_holders on visible_events.email_key = sole_holders.email_key
    left join int_person__line_users
        on
            visible_events.line_provider = int_person__line_users.line_provider
            and visible_events.recipient = int_person__line_users.line_user_id
    left join deliveries
        on
            visible_events.source = deliveries.source
            and visible_events.provider_message_id = deliveries.provider_message_id
            and visible_events.recipient = deliveries.recipient
    left join bot_agents on visible_events.user_agent = bot_agents.user_agent
    left join burst_clicks on visible_events.message_event_id = burst_clicks.message_event_id
),

flagged_events as (
    select
        *,
        event_type = 'open'
        and (coalesce(is_machine_open, false) or is_instant or is_bot_agent) as is_machine,
        event_type = 'click' and (is_instant or is_bot_agent or is_in_burst) as is_bot_click
    from observed_events
),

fct_message_events as (
    select
        message_event_id,
        person_id,
        source,
        channel,
        event_type,
        occurred_at,
        occurred_date as event_date,
        campaign_code,
        provider_message_id,
        send_id,
        url,
        is_machine as is_machine_open,
        is_bot_click,
        event_type = 'message_received'
        or (event_type = 'click' and not is_bot_click) as is_human_engagement
    from flagged_events
)

select * from fct_message_events
