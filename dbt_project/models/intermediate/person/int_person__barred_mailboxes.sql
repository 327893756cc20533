with stg_message_events as (
    select * from {{ ref('stg_message_events') }}
),

topics as (
    select * from {{ ref('topics') }}
),

-- Whatever keeps a message back counts at once, also after as_of_date. A soft bounce is the
-- mailbox of today, not the address. A group that is no topic here is taken for everything.
mailbox_events as (
    select
        stg_message_events.email_key,
        stg_message_events.occurred_at,
        topics.topic,
        case
            when stg_message_events.event_type = 'spam_report' then 'spam_complaint'
            when stg_message_events.event_type = 'topic_resubscribe' then 'resubscribed'
            when topics.topic is not null then 'topic_unsubscribed'
            when
                stg_message_events.event_type in ('unsubscribe', 'topic_unsubscribe')
                then 'unsubscribed'
            else 'hard_bounce'
        end as reason_code
    from stg_message_events
    left join topics
        on
            stg_message_events.unsubscribe_group = topics.unsubscribe_group
            and stg_message_events.event_type in ('topic_unsubscribe', 'topic_resubscribe')
    where
        stg_message_events.channel = 'email'
        and stg_message_events.email_key is not null
        and (
            stg_message_events.event_type in (
                'unsubscribe', 'topic_unsubscribe', 'topic_resubscribe', 'spam_report', 'dropped'
            )
            or (
                stg_message_events.event_type = 'bounce'
                and coalesce(stg_message_events.bounce_type, 'bounce') <> 'blocked'
            )
        )
),

last_events as (
    select
        email_key,
        topic,
        reason_code,
        max(occurred_at) as refused_at
    from mailbox_events
    group by email_key, topic, reason_code
),

int_person__barred_mailboxes as (
    select last_events.*
    from last_events
    left join last_events as returns
        on
            last_events.email_key = returns.email_key
            and last_events.topic = returns.topic
            and returns.reason_code = 'resubscribed'
            and last_events.refused_at < returns.refused_at
    where last_events.reason_code <> 'resubscribed' and returns.email_key is null
)

select * from int_person__barred_mailboxes
