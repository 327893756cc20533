with int_identity__records as (
    select * from {{ ref('int_identity__records') }}
),

int_identity__blocked_values as (
    select * from {{ ref('int_identity__blocked_values') }}
),

mailboxes as (
    select
        *,
        {{ linking_mailbox() }} as mailbox_key
    from int_identity__records
),

int_identity__link_keys as (
    select
        mailboxes.record_key,
        case when emails.id_value is null then mailboxes.mailbox_key end as mailbox_key,
        case when phones.id_value is null then mailboxes.phone_key end as phone_key,
        case when addresses.id_value is null then mailboxes.address_key end as address_key,
        case when line_users.id_value is null then mailboxes.line_user_id end as line_user_id,
        mailboxes.name_key,
        mailboxes.name_loose_key,
        mailboxes.kana_key,
        mailboxes.romaji_key,
        mailboxes.birth_key,
        mailboxes.first_seen_at
    from mailboxes
    left join int_identity__blocked_values as emails
        on mailboxes.mailbox_key = emails.id_value and emails.id_type = 'email'
    left join int_identity__blocked_values as phones
        on mailboxes.phone_key = phones.id_value and phones.id_type = 'phone'
    left join int_identity__blocked_values as addresses
        on mailboxes.address_key = addresses.id_value and addresses.id_type = 'address'
    left join int_identity__blocked_values as line_users
        on mailboxes.line_user_id = line_users.id_value and line_users.id_type = 'line'
)

select * from int_identity__link_keys
