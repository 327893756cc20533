with int_person__consent_bindings as (
    select * from {{ ref('int_person__consent_bindings') }}
),

int_person__consent_words as (
    select
        consent_id,
        person_id,
        channel,
        counts_as = 'opt_in' as is_opt_in,
        is_by_member,
        is_import,
        email_key is not null as names_mailbox,
        mailbox_key,
        occurred_at
    from int_person__consent_bindings
    where purpose = 'marketing' and counts_as in ('opt_in', 'withdrawal')
)

select * from int_person__consent_words
