with stg_identity_events as (
    select * from {{ ref('stg_identity_events') }}
),

identity_events as (
    select
        event_id,
        kind,
        person_id,
        old_person_id,
        record_count,
        resolution_no
    from stg_identity_events
)

select * from identity_events
