with int_identity__records as (
    select * from {{ ref('int_identity__records') }}
),

stg_person_map as (
    select * from {{ ref('stg_person_map') }}
),

person_identifiers as (
    select
        int_identity__records.record_key,
        int_identity__records.source,
        int_identity__records.record_kind,
        stg_person_map.person_id,
        {{ keyed_hash('int_identity__records.email_key') }} as email_hash,
        {{ keyed_hash('int_identity__records.phone_key') }} as phone_hash,
        {{ keyed_hash('int_identity__records.address_key') }} as address_hash,
        {{ keyed_hash('int_identity__records.name_key') }} as name_hash,
        {{ keyed_hash('int_identity__records.kana_key') }} as kana_hash,
        {{ keyed_hash('int_identity__records.line_user_id') }} as line_user_hash,
        int_identity__records.first_seen_at
    from int_identity__records
    inner join stg_person_map on int_identity__records.record_key = stg_person_map.record_key
)

select * from person_identifiers
