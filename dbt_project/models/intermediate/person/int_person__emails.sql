with int_identity__records as (
    select * from {{ ref('int_identity__records') }}
),

stg_person_map as (
    select * from {{ ref('stg_person_map') }}
),

held_addresses as (
    select
        stg_person_map.person_id,
        int_identity__records.email_key,
        coalesce(int_identity__records.email_loose_key, int_identity__records.email_key)
            as mailbox_key
    from int_identity__records
    inner join stg_person_map on int_identity__records.record_key = stg_person_map.record_key
    where
        int_identity__records.email_key is not null
        and coalesce(int_identity__records.email_status, 'invalid') <> 'relay'
),

mailbox_holders as (
    select
        person_id,
        mailbox_key
    from held_addresses
    group by person_id, mailbox_key
),

counted_holders as (
    select
        person_id,
        mailbox_key,
        count(*) over (partition by mailbox_key) = 1 as is_sole_holder
    from mailbox_holders
),

mailbox_addresses as (
    select
        mailbox_key,
        email_key
    from held_addresses
    group by mailbox_key, email_key
),

-- A mailbox is read under all its addresses: whoever holds one of them holds the others.
int_person__emails as (
    select
        counted_holders.person_id,
        mailbox_addresses.email_key,
        counted_holders.is_sole_holder
    from counted_holders
    inner join mailbox_addresses
        on counted_holders.mailbox_key = mailbox_addresses.mailbox_key
)

select * from int_person__emails
