with int_person__consent_states as (
    select * from {{ ref('int_person__consent_states') }}
),

consents_current as (
    select
        person_id,
        purpose,
        channel,
        consent_state,
        granted_at,
        pending_at,
        withdrawn_at,
        legal_basis,
        form_version,
        collected_by
    from int_person__consent_states
)

select * from consents_current
