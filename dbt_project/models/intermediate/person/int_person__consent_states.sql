with int_person__consent_bindings as (
    select * from {{ ref('int_person__consent_bindings') }}
),

int_person__contacts as (
    select * from {{ ref('int_person__contacts') }}
),

last_words as (
    select
        person_id,
        purpose,
        channel,
        max(case when counts_as = 'opt_in' then occurred_at end) as last_opt_in_at,
        max(case when counts_as = 'withdrawal' then occurred_at end) as withdrawn_at,
        max(case when counts_as = 'pending' then occurred_at end) as pending_at
    from int_person__consent_bindings
    where counts_as <> 'erasure'
    group by person_id, purpose, channel
),

withdrawn_mailboxes as (
    select
        purpose,
        mailbox_key
    from int_person__consent_bindings
    where channel = 'email' and counts_as = 'withdrawal' and mailbox_key is not null
    group by purpose, mailbox_key
),

-- At the same instant the withdrawal wins, and an imported yes never lifts one. Where the mailbox
-- in use was once withdrawn, only the member, or a word about that very mailbox, opens it again.
standing_words as (
    select
        int_person__consent_bindings.*,
        row_number() over (
            partition by
                int_person__consent_bindings.person_id,
                int_person__consent_bindings.purpose,
                int_person__consent_bindings.channel
            order by
                int_person__consent_bindings.occurred_at asc,
                int_person__consent_bindings.consent_id asc
        ) as place
    from int_person__consent_bindings
    inner join last_words
        on
            int_person__consent_bindings.person_id = last_words.person_id
            and int_person__consent_bindings.purpose = last_words.purpose
            and int_person__consent_bindings.channel = last_words.channel
    left join int_person__contacts
        on int_person__consent_bindings.person_id = int_person__contacts.person_id
    left join withdrawn_mailboxes
        on
            int_person__consent_bindings.purpose = withdrawn_mailboxes.purpose
            and int_person__contacts.email_key = withdrawn_mailboxes.mailbox_key
    where
        int_person__consent_bindings.counts_as = 'opt_in'
        and (
            last_words.withdrawn_at is null
            or (
                int_person__consent_bindings.occurred_at > last_words.withdrawn_at
                and not int_person__consent_bindings.is_import
            )
        )
        and (
            int_person__consent_bindings.channel <> 'email'
            or int_person__consent_bindings.is_by_member
            or withdrawn_mailboxes.mailbox_key is null
            or int_person__consent_bindings.mailbox_key = int_person__contacts.email_key
        )
),

int_person__consent_states as (
    select
        last_words.person_id,
        last_words.purpose,
        last_words.channel,
        case
            when standing_words.person_id is not null then 'granted'
            when
                last_words.pending_at is not null
                and coalesce(last_words.pending_at > last_words.withdrawn_at, true)
                then 'pending'
            when coalesce(last_words.withdrawn_at, last_words.last_opt_in_at) is not null
                then 'withdrawn'
            else 'unproven'
        end as consent_state,
        standing_words.occurred_at as granted_at,
        last_words.last_opt_in_at,
        last_words.pending_at,
        last_words.withdrawn_at,
        standing_words.legal_basis,
        standing_words.form_version,
        standing_words.collected_by
    from last_words
    left join standing_words
        on
            last_words.person_id = standing_words.person_id
            and last_words.purpose = standing_words.purpose
            and last_words.channel = standing_words.channel
            and standing_words.place = 1
)

select * from int_person__consent_states
