with int_identity__records as (
    select * from {{ ref('int_identity__records') }}
),

-- One human bears one given name, written in kanji here and only in kana there: what a record
-- calls the given name is asked of it in both orders, and the smaller count is believed.
named_records as (
    select
        record_key,
        {{ linking_mailbox() }} as mailbox_key,
        phone_key,
        address_key,
        line_user_id,
        coalesce(given_kana_key, given_name_key, kana_key, name_key) as given_kana,
        coalesce(given_name_key, given_kana_key, name_key, kana_key) as given_name
    from int_identity__records
),

int_identity__identifiers as (
    select
        record_key,
        'email' as id_type,
        mailbox_key as id_value,
        given_kana,
        given_name
    from named_records
    where mailbox_key is not null
    union all
    select
        record_key,
        'phone' as id_type,
        phone_key as id_value,
        given_kana,
        given_name
    from named_records
    where phone_key is not null
    union all
    select
        record_key,
        'address' as id_type,
        address_key as id_value,
        given_kana,
        given_name
    from named_records
    where address_key is not null
    union all
    select
        record_key,
        'line' as id_type,
        line_user_id as id_value,
        given_kana,
        given_name
    from named_records
    where line_user_id is not null
)

select * from int_identity__identifiers
