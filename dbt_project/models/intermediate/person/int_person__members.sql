with int_identity__records as (
    select * from {{ ref('int_identity__records') }}
),

stg_person_map as (
    select * from {{ ref('stg_person_map') }}
),

int_person__members as (
    select
        int_identity__records.source_customer_id,
        stg_person_map.person_id,
        int_identity__records.email_key
    from int_identity__records
    inner join stg_person_map on int_identity__records.record_key = stg_person_map.record_key
    where
        int_identity__records.record_kind = 'customer'
        and int_identity__records.source = '{{ var("member_source") }}'
)

select * from int_person__members
