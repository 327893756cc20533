{{ config(materialized=events_materialization(), unique_key='message_event_id') }}
{#- What keeps a message back, and what was sent today already. -#}
{% set at_once_types = [
    'unsubscribe', 'topic_unsubscribe', 'spam_report', 'dropped', 'bounce', 'unfollow', 'delivered',
    'sent', 'not_sent'
] -%}
{% set refusals = "event_type in ('" ~ at_once_types | join("', '") ~ "')" -%}

with arrived as (
    {{ arrived_rows(source('lake', 'message_events')) }}
),

current_rows as (
    {{ current_rows(
        'arrived',
        ['provider_event_id'],
        where=known_by('occurred_at') ~ ' or ' ~ at_once(refusals),
        newest=true
    ) }}
),

message_events as (
    select
        _source || ':' || provider_event_id as message_event_id,
        _source as source,
        provider_event_id,
        provider_message_id,
        send_id,
        unsubscribe_group,
        purpose,
        sent_to_person_id,
        occurrence,
        channel,
        event_type,
        recipient,
        case when channel = 'line' then coalesce(line_provider, _source) end as line_provider,
        campaign_code,
        categories,
        url,
        user_agent,
        reason,
        bounce_type,
        email_key,
        is_machine_open,
        {{ local_date('occurred_at') }} as occurred_date,
        occurred_at,
        _version,
        _file,
        _revision,
        _row,
        _loaded_at
    from current_rows
),

stg_message_events as (
    {{ staged_rows('message_events', 'message_event_id') }}
)

select * from stg_message_events
