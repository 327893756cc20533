with int_person__contacts as (
    select * from {{ ref('int_person__contacts') }}
),

int_person__emails as (
    select * from {{ ref('int_person__emails') }}
),

int_person__consent_words as (
    select * from {{ ref('int_person__consent_words') }}
),

stg_message_events as (
    select * from {{ ref('stg_message_events') }}
),

-- Whatever keeps a message back counts at once, also after as_of_date. A soft bounce is the
-- mailbox of today, not the address.
suppressing_events as (
    select
        email_key,
        event_type,
        occurred_at
    from stg_message_events
    where
        channel = 'email'
        and email_key is not null
        and (
            event_type in ('unsubscribe', 'spam_report', 'dropped')
            or (event_type = 'bounce' and coalesce(bounce_type, 'bounce') <> 'blocked')
        )
),

suppressed_addresses as (
    select
        email_key,
        max(case when event_type = 'spam_report' then 1 else 0 end) = 1 as is_spam_reporter,
        max(case when event_type in ('unsubscribe', 'spam_report') then occurred_at end)
            as refused_at,
        max(occurred_at) as suppressed_at
    from suppressing_events
    group by email_key
),

addresses as (
    select
        int_person__contacts.person_id,
        int_person__contacts.email_key,
        true as is_in_use,
        coalesce(int_person__emails.is_sole_holder, false) as is_sole_holder
    from int_person__contacts
    left join int_person__emails
        on
            int_person__contacts.person_id = int_person__emails.person_id
            and int_person__contacts.email_key = int_person__emails.email_key
    union all
    select
        int_person__emails.person_id,
        int_person__emails.email_key,
        false as is_in_use,
        int_person__emails.is_sole_holder
    from int_person__emails
    inner join int_person__contacts
        on int_person__emails.person_id = int_person__contacts.person_id
    where int_person__emails.email_key is distinct from int_person__contacts.email_key
),

-- A dead mailbox bars itself; a refusal from it follows its holders to their other mailboxes.
bound_persons as (
    select
        addresses.*,
        suppressed_addresses.is_spam_reporter,
        case
            when addresses.is_in_use then suppressed_addresses.suppressed_at
            else suppressed_addresses.refused_at
        end as suppressed_at
    from addresses
    inner join suppressed_addresses on addresses.email_key = suppressed_addresses.email_key
    where addresses.is_in_use or suppressed_addresses.refused_at is not null
),

opt_ins as (
    select * from int_person__consent_words
    where is_opt_in and channel = 'email'
),

int_person__suppressions as (
    select
        bound_persons.person_id,
        max(bound_persons.suppressed_at) as suppressed_at
    from bound_persons
    left join opt_ins
        on
            bound_persons.person_id = opt_ins.person_id
            and bound_persons.suppressed_at < opt_ins.occurred_at
            and (
                (
                    bound_persons.email_key = opt_ins.mailbox_key
                    and (opt_ins.names_mailbox or bound_persons.is_sole_holder)
                )
                or (not bound_persons.is_in_use and opt_ins.is_by_member)
            )
    where bound_persons.is_spam_reporter or opt_ins.person_id is null
    group by bound_persons.person_id
)

select * from int_person__suppressions
