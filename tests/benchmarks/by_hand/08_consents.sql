-- Who said yes and no to what, and which addresses are barred.
create temp table words as
with counted as (
    select
        consents.*, source || ':' || source_consent_id as consent_id, members.person_id as member, action <> 'withdraw' as is_opt_in,
        coalesce(consents.email_key, members.email_key) as mailbox,
    from consents
    left join members using (source_customer_id)
    where
        purpose = 'marketing'
        and (
            action = 'withdraw'
            or (
                action in ('grant', 'confirm')
                and coalesce(legal_basis, 'unproven') <> 'unproven'
                and tokyo_day(occurred_at) <= getvariable('as_of')
            )
        )
)

select
    consent_id, member as person_id, channel, is_opt_in, true as is_by_member, mailbox,
    occurred_at,
    email_key is not null as names_mailbox,
from counted
where member is not null
union all
-- A yes speaks for one person, a no for everybody who reads the mailbox.
select
    consent_id, person_id, channel, is_opt_in, false, mailbox, occurred_at,
    counted.email_key is not null,
from counted inner join addresses on mailbox = addresses.email_key
where
    if(
        is_opt_in,
        source_customer_id is null and is_sole_holder
        and (channel <> 'line' or line_user_id is null),
        channel = 'email' or member is null
    )
union all
select
    consent_id, person_id, channel, is_opt_in, false, mailbox, occurred_at,
    email_key is not null,
from counted inner join line_users using (line_user_id)
where
    not is_opt_in
    or (
        source_customer_id is null and is_sole_holder
        and (channel = 'line' or email_key is null)
    );

create temp table person_consents as
with judged as (
    select
        words.*,
        max(if(is_opt_in, null, occurred_at)) over (partition by person_id, channel)
            as withdrawn_at,
        is_opt_in
        and (
            channel <> 'email' or is_by_member or coalesce(mailbox = contacts.email_key, false)
            or coalesce(contacts.email_key not in (
                select mailbox from words
                where channel = 'email' and not is_opt_in and mailbox is not null
            ), true)
        ) as may_stand,
    from words left join contacts using (person_id)
)

select
    person_id, channel, any_value(withdrawn_at) as withdrawn_at,
    max(occurred_at) filter (is_opt_in) as last_opt_in_at,
    min(occurred_at) filter (may_stand and occurred_at > coalesce(withdrawn_at, '-infinity'))
        as granted_at,
from judged
group by person_id, channel;

-- A dead mailbox bars itself; a refusal from it follows its holders to their other mailboxes.
create temp table barred as
with suppressed as (
    select
        email_key, bool_or(event_type = 'spam_report') as is_complaint,
        max(occurred_at) as suppressed_at,
        max(occurred_at) filter (event_type in ('unsubscribe', 'spam_report')) as refused_at,
    from message_log
    where
        channel = 'email'
        and (
            event_type in ('unsubscribe', 'spam_report', 'dropped')
            or (event_type = 'bounce' and coalesce(bounce_type, 'bounce') <> 'blocked')
        )
    group by email_key
),

mailboxes as (
    select
        person_id, email_key, contacts.email_key is not null as is_in_use,
        coalesce(is_sole_holder, false) as is_sole_holder,
    from (select person_id, email_key from contacts) as contacts
    full join addresses using (person_id, email_key)
    semi join persons using (person_id)
    where email_key is not null
),

bound as (
    select *, if(is_in_use, suppressed_at, refused_at) as barred_at,
    from mailboxes inner join suppressed using (email_key)
    where is_in_use or refused_at is not null
)

select distinct person_id
from bound
where is_complaint or not exists (
    from words
    where
        words.person_id = bound.person_id and is_opt_in and channel = 'email'
        and occurred_at > barred_at
        and (
            (mailbox = email_key and (names_mailbox or is_sole_holder))
            or (not is_in_use and is_by_member)
        )
);
