with int_person__consent_states as (
    select * from {{ ref('int_person__consent_states') }}
),

int_person__consents as (
    select
        person_id,
        channel,
        granted_at,
        last_opt_in_at,
        withdrawn_at
    from int_person__consent_states
    where
        purpose = 'marketing'
        and coalesce(last_opt_in_at, withdrawn_at) is not null
)

select * from int_person__consents
