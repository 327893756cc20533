with stg_message_events as (
    select * from {{ ref('stg_message_events') }}
),

link_clicks as (
    select
        source,
        provider_message_id,
        recipient,
        url,
        occurred_at
    from stg_message_events
    where
        event_type = 'click'
        and url is not null
        and occurred_date <= {{ as_of_date() }}
    group by source, provider_message_id, recipient, url, occurred_at
),

-- From each click on, so many links within the seconds that no reader is quick enough for.
int_message__bursts as (
    select
        first_clicks.source,
        first_clicks.provider_message_id,
        first_clicks.recipient,
        first_clicks.occurred_at as started_at,
        max(next_clicks.occurred_at) as ended_at
    from link_clicks as first_clicks
    inner join link_clicks as next_clicks
        on
            first_clicks.source = next_clicks.source
            and first_clicks.provider_message_id = next_clicks.provider_message_id
            and first_clicks.recipient = next_clicks.recipient
    where
        {{ seconds_between('first_clicks.occurred_at', 'next_clicks.occurred_at') }}
        between 0 and {{ var('machine_reaction_seconds') }}
    group by
        first_clicks.source, first_clicks.provider_message_id, first_clicks.recipient,
        first_clicks.occurred_at
    having count(distinct next_clicks.url) >= {{ var('scanner_links') }}
)

select * from int_message__bursts
