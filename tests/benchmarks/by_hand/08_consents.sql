-- Who said yes and no to what, and which addresses are barred.
create temp table bindings as
with counted as (
    select
        consents.*, source || ':' || source_consent_id as consent_id, members.person_id as member,
        action in ('grant', 'confirm') as is_yes,
        coalesce(consents.email_key, members.email_key) as mailbox,
        coalesce(collected_by = 'import', false) as is_import,
        case
            when action = 'erase' then 'erasure'
            when action = 'withdraw' then 'withdrawal'
            when legal_basis = 'business_relation' then 'opt_in'
            when
                legal_basis is distinct from 'consent' or form_version is null or form_version = ''
                then 'unproven'
            -- Forms with a single step; every other asks for a confirmation.
            when
                action = 'grant' and form_version not in ('signup-3', 'checkout-1', 'line-1')
                then 'pending'
            else 'opt_in'
        end as counts_as,
    from consents
    left join members using (source_customer_id)
    where
        action in ('withdraw', 'erase')
        or (action in ('grant', 'confirm') and tokyo_day(occurred_at) <= getvariable('as_of'))
)

-- Each word binds a person once, by member id where it can.
select * exclude (by_member), by_member as is_by_member,
from (
    select counted.*, member as person_id, true as by_member from counted where member is not null
    union all
    -- A yes speaks for one person, a no for everybody who reads the mailbox.
    select counted.*, person_id, false
    from counted inner join addresses on mailbox = addresses.email_key
    where
        if(
            is_yes,
            source_customer_id is null and is_sole_holder
            and (channel <> 'line' or line_user_id is null),
            channel = 'email' or member is null
        )
    union all
    select counted.*, person_id, false
    from counted inner join line_users using (line_user_id)
    where
        not is_yes
        or (
            source_customer_id is null and is_sole_holder
            and (channel = 'line' or counted.email_key is null)
        )
)
qualify row_number() over (partition by consent_id, person_id order by by_member desc) = 1;

create temp table words as
select
    consent_id, person_id, channel, counts_as = 'opt_in' as is_opt_in, is_by_member, mailbox,
    occurred_at, email_key is not null as names_mailbox, is_import,
from bindings
where purpose = 'marketing' and counts_as in ('opt_in', 'withdrawal');

create schema policy;

create table policy.consents_current as
with judged as (
    select
        bindings.*,
        max(occurred_at) filter (counts_as = 'withdrawal') over whole as withdrawn_at,
        max(occurred_at) filter (counts_as = 'pending') over whole as pending_at,
        counts_as = 'opt_in'
        and (
            channel <> 'email' or is_by_member or coalesce(mailbox = contacts.email_key, false)
            or coalesce((purpose, contacts.email_key) not in (
                select (purpose, mailbox) from bindings
                where channel = 'email' and counts_as = 'withdrawal' and mailbox is not null
            ), true)
        ) as may_stand,
    from bindings left join contacts using (person_id)
    where counts_as <> 'erasure'
    window whole as (partition by person_id, purpose, channel)
),

standing as (
    select
        *,
        may_stand
        and (withdrawn_at is null or (occurred_at > withdrawn_at and not is_import)) as stands,
    from judged
)

select
    person_id, purpose, channel, any_value(withdrawn_at) as withdrawn_at,
    any_value(pending_at) as pending_at, min(occurred_at) filter (stands) as granted_at,
    unnest(arg_min(
        {legal_basis: legal_basis, form_version: form_version, collected_by: collected_by},
        (occurred_at, consent_id)
    ) filter (stands)),
    case
        when granted_at is not null then 'granted'
        when any_value(pending_at) > coalesce(any_value(withdrawn_at), '-infinity') then 'pending'
        when bool_or(counts_as in ('opt_in', 'withdrawal')) then 'withdrawn'
        else 'unproven'
    end as consent_state,
    max(occurred_at) filter (counts_as = 'opt_in') as last_opt_in_at,
from standing
group by person_id, purpose, channel;

create temp table person_consents as
select person_id, channel, withdrawn_at, last_opt_in_at, granted_at,
from policy.consents_current
where purpose = 'marketing' and coalesce(last_opt_in_at, withdrawn_at) is not null;

alter table policy.consents_current drop column last_opt_in_at;

-- A dead mailbox bars itself; a refusal from it follows its holders to their other mailboxes. No
-- topic of the shop has a group at the provider, so a refusal of a group is one of everything.
create temp table refused_mail as
with suppressed as (
    select
        email_key,
        case event_type
            when 'spam_report' then 'spam_complaint'
            when 'unsubscribe' then 'unsubscribed'
            when 'topic_unsubscribe' then 'unsubscribed'
            else 'hard_bounce'
        end as reason_code,
        max(occurred_at) as barred_at,
    from message_log
    where
        channel = 'email'
        and (
            event_type in ('unsubscribe', 'topic_unsubscribe', 'spam_report', 'dropped')
            or (event_type = 'bounce' and coalesce(bounce_type, 'bounce') <> 'blocked')
        )
    group by all
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
    select *
    from mailboxes inner join suppressed using (email_key)
    where is_in_use or reason_code <> 'hard_bounce'
)

select distinct person_id, reason_code
from bound
where reason_code = 'spam_complaint' or not exists (
    from words
    where
        words.person_id = bound.person_id and is_opt_in and channel = 'email' and not is_import
        and occurred_at > barred_at
        and (
            (mailbox = email_key and (names_mailbox or is_sole_holder))
            or (not is_in_use and is_by_member)
        )
);

create temp table barred as select distinct person_id from refused_mail;

create temp table soft_bouncers as
select person_id
from message_log inner join contacts using (email_key)
left join (
    select email_key, max(occurred_at) as delivered_at from message_log
    where channel = 'email' and event_type = 'delivered' group by email_key
) using (email_key)
where
    channel = 'email' and event_type = 'bounce' and bounce_type = 'blocked'
    and age_days(event_date) < 14 and occurred_at > coalesce(delivered_at, '-infinity')
group by person_id having count(*) >= 5;
