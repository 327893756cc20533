with int_person__contacts as (
    select * from {{ ref('int_person__contacts') }}
),

int_person__emails as (
    select * from {{ ref('int_person__emails') }}
),

int_person__consent_words as (
    select * from {{ ref('int_person__consent_words') }}
),

int_person__barred_mailboxes as (
    select * from {{ ref('int_person__barred_mailboxes') }}
),

-- Every mailbox of a person; the one in use may be a relay address, which nobody holds.
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
        int_person__barred_mailboxes.reason_code,
        int_person__barred_mailboxes.topic,
        int_person__barred_mailboxes.refused_at
    from addresses
    inner join int_person__barred_mailboxes
        on addresses.email_key = int_person__barred_mailboxes.email_key
    where addresses.is_in_use or int_person__barred_mailboxes.reason_code <> 'hard_bounce'
),

-- An import tells what was once agreed to, not what is agreed to now.
opt_ins as (
    select * from int_person__consent_words
    where is_opt_in and channel = 'email' and not is_import
),

int_person__mailbox_refusals as (
    select
        bound_persons.person_id,
        bound_persons.reason_code,
        bound_persons.topic,
        max(bound_persons.refused_at) as refused_at
    from bound_persons
    left join opt_ins
        on
            bound_persons.person_id = opt_ins.person_id
            and bound_persons.refused_at < opt_ins.occurred_at
            and (
                (
                    bound_persons.email_key = opt_ins.mailbox_key
                    and (opt_ins.names_mailbox or bound_persons.is_sole_holder)
                )
                or (not bound_persons.is_in_use and opt_ins.is_by_member)
            )
    where bound_persons.reason_code = 'spam_complaint' or opt_ins.person_id is null
    group by bound_persons.person_id, bound_persons.reason_code, bound_persons.topic
)

select * from int_person__mailbox_refusals
