with identity_events as (
    select * from {{ source('identity', 'identity_events') }}
),

stg_identity_events as (
    select
        event_id,
        kind,
        person_id,
        old_person_id,
        record_count,
        resolution_no
    from identity_events
)

select * from stg_identity_events
