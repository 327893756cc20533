with int_person__consent_words as (
    select * from {{ ref('int_person__consent_words') }}
),

int_person__contacts as (
    select * from {{ ref('int_person__contacts') }}
),

last_withdrawals as (
    select
        person_id,
        channel,
        max(occurred_at) as withdrawn_at
    from int_person__consent_words
    where not is_opt_in
    group by person_id, channel
),

withdrawn_mailboxes as (
    select mailbox_key
    from int_person__consent_words
    where channel = 'email' and not is_opt_in and mailbox_key is not null
    group by mailbox_key
),

-- At the same instant the withdrawal wins. Where the mailbox in use was once withdrawn, only the
-- member, or a word about that very mailbox, opens it again.
judged_words as (
    select
        int_person__consent_words.*,
        last_withdrawals.withdrawn_at,
        int_person__consent_words.is_opt_in
        and (
            last_withdrawals.withdrawn_at is null
            or int_person__consent_words.occurred_at > last_withdrawals.withdrawn_at
        )
        and (
            int_person__consent_words.channel <> 'email'
            or int_person__consent_words.is_by_member
            or withdrawn_mailboxes.mailbox_key is null
            or coalesce(
                int_person__consent_words.mailbox_key = int_person__contacts.email_key, false
            )
        ) as is_standing
    from int_person__consent_words
    left join last_withdrawals
        on
            int_person__consent_words.person_id = last_withdrawals.person_id
            and int_person__consent_words.channel = last_withdrawals.channel
    left join int_person__contacts
        on int_person__consent_words.person_id = int_person__contacts.person_id
    left join withdrawn_mailboxes
        on int_person__contacts.email_key = withdrawn_mailboxes.mailbox_key
),

int_person__consents as (
    select
        person_id,
        channel,
        min(case when is_standing then occurred_at end) as granted_at,
        max(case when is_opt_in then occurred_at end) as last_opt_in_at,
        max(withdrawn_at) as withdrawn_at
    from judged_words
    group by person_id, channel
)

select * from int_person__consents
