with int_person__contacts as (
    select * from {{ ref('int_person__contacts') }}
),

int_person__consents as (
    select * from {{ ref('int_person__consents') }}
),

stg_message_events as (
    select * from {{ ref('stg_message_events') }}
),

-- A soft bounce is the mailbox of today, not the address.
suppressing_events as (
    select
        email_key,
        event_type,
        occurred_at
    from stg_message_events
    where
        channel = 'email'
        and occurred_date <= {{ as_of_date() }}
        and (
            event_type in ('unsubscribe', 'spam_report', 'dropped')
            or (event_type = 'bounce' and coalesce(bounce_type, 'bounce') <> 'blocked')
        )
),

suppressed_addresses as (
    select
        email_key,
        max(case when event_type = 'spam_report' then 1 else 0 end) = 1 as is_spam_reporter,
        max(occurred_at) as suppressed_at
    from suppressing_events
    where email_key is not null
    group by email_key
),

int_person__suppressions as (
    select
        int_person__contacts.person_id,
        suppressed_addresses.suppressed_at
    from int_person__contacts
    inner join suppressed_addresses
        on int_person__contacts.email_key = suppressed_addresses.email_key
    left join int_person__consents
        on
            int_person__contacts.person_id = int_person__consents.person_id
            and int_person__consents.channel = 'email'
    where
        suppressed_addresses.is_spam_reporter
        or int_person__consents.last_opt_in_at is null
        or int_person__consents.last_opt_in_at <= suppressed_addresses.suppressed_at
)

select * from int_person__suppressions
