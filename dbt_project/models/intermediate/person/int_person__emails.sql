with int_identity__records as (
    select * from {{ ref('int_identity__records') }}
),

stg_person_map as (
    select * from {{ ref('stg_person_map') }}
),

holders as (
    select
        stg_person_map.person_id,
        int_identity__records.email_key
    from int_identity__records
    inner join stg_person_map on int_identity__records.record_key = stg_person_map.record_key
    where
        int_identity__records.email_key is not null
        and coalesce(int_identity__records.email_status, 'invalid') <> 'relay'
    group by stg_person_map.person_id, int_identity__records.email_key
),

int_person__emails as (
    select
        person_id,
        email_key,
        count(*) over (partition by email_key) = 1 as is_sole_holder
    from holders
)

select * from int_person__emails
