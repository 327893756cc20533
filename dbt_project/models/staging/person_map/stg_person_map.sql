with person_map as (
    select * from {{ source('identity', 'person_map') }}
),

stg_person_map as (
    select
        record_key,
        person_id
    from person_map
)

select * from stg_person_map
