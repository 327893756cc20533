with stg_consents as (
    select * from {{ ref('stg_consents') }}
),

int_person__members as (
    select * from {{ ref('int_person__members') }}
),

int_person__emails as (
    select * from {{ ref('int_person__emails') }}
),

int_person__line_users as (
    select * from {{ ref('int_person__line_users') }}
),

-- An opt-in that nobody can prove is none. A withdrawal needs no proof and waits for no day's end.
counted_events as (
    select
        *,
        action in ('grant', 'confirm') as is_opt_in
    from stg_consents
    where
        purpose = 'marketing'
        and (
            action = 'withdraw'
            or (
                action in ('grant', 'confirm')
                and coalesce(legal_basis, 'unproven') <> 'unproven'
            )
        )
),

named_events as (
    select
        counted_events.consent_id,
        counted_events.channel,
        counted_events.is_opt_in,
        counted_events.occurred_at,
        counted_events.source_customer_id,
        counted_events.line_user_id,
        counted_events.email_key,
        coalesce(counted_events.email_key, int_person__members.email_key) as mailbox_key,
        int_person__members.person_id as member_person_id
    from counted_events
    left join int_person__members
        on counted_events.source_customer_id = int_person__members.source_customer_id
),

bindings as (
    select
        *,
        member_person_id as person_id,
        1 as by_member
    from named_events
    where member_person_id is not null
    union all
    -- A yes speaks for one person, a no for everybody who reads the mailbox.
    select
        named_events.*,
        int_person__emails.person_id,
        0 as by_member
    from named_events
    inner join int_person__emails on named_events.mailbox_key = int_person__emails.email_key
    where
        (
            named_events.is_opt_in
            and named_events.source_customer_id is null
            and int_person__emails.is_sole_holder
            and not (named_events.channel = 'line' and named_events.line_user_id is not null)
        )
        or (
            not named_events.is_opt_in
            and (named_events.channel = 'email' or named_events.member_person_id is null)
        )
    union all
    select
        named_events.*,
        int_person__line_users.person_id,
        0 as by_member
    from named_events
    inner join int_person__line_users
        on named_events.line_user_id = int_person__line_users.line_user_id
    where
        not named_events.is_opt_in
        or (
            named_events.source_customer_id is null
            and int_person__line_users.is_sole_holder
            and (named_events.channel = 'line' or named_events.email_key is null)
        )
),

int_person__consent_words as (
    select
        consent_id,
        person_id,
        channel,
        is_opt_in,
        max(by_member) = 1 as is_by_member,
        email_key is not null as names_mailbox,
        mailbox_key,
        occurred_at
    from bindings
    group by consent_id, person_id, channel, is_opt_in, email_key, mailbox_key, occurred_at
)

select * from int_person__consent_words
