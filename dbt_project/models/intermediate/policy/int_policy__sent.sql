with stg_message_events as (
    select * from {{ ref('stg_message_events') }}
),

media_rules as (
    select * from {{ ref('media_rules') }}
),

-- The ledger and the provider both tell of one message; what nobody knows of counts as sent.
messages as (
    select
        coalesce(
            send_id, source || ':' || provider_message_id || ':' || recipient, message_event_id
        ) as message_key,
        channel,
        min(occurred_at) as sent_at,
        min(occurred_date) as sent_date,
        -- The ledger names the sync, the provider whatever the mail gave it as its campaign.
        coalesce(
            max(case when sent_to_person_id is not null then campaign_code end),
            max(campaign_code)
        ) as campaign_code,
        max(occurrence) as occurrence,
        max(purpose) as purpose,
        max(sent_to_person_id) as sent_to_person_id,
        max(email_key) as email_key,
        max(line_provider) as line_provider,
        max(recipient) as recipient
    from stg_message_events
    where event_type in ('sent', 'delivered')
    group by
        coalesce(
            send_id, source || ':' || provider_message_id || ':' || recipient, message_event_id
        ),
        channel
),

int_policy__sent as (
    select
        messages.*,
        coalesce(messages.purpose, 'marketing') <> 'transactional'
        and coalesce(media_rules.counts_towards_cap, true) as counts_towards_cap
    from messages
    left join media_rules on messages.channel = media_rules.channel
)

select * from int_policy__sent
