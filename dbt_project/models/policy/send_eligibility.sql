with int_policy__candidates as (
    select * from {{ ref('int_policy__candidates') }}
),

int_policy__refusals as (
    select * from {{ ref('int_policy__refusals') }}
),

int_policy__capped as (
    select * from {{ ref('int_policy__capped') }}
),

int_policy__held_out as (
    select * from {{ ref('int_policy__held_out') }}
),

judged as (
    select
        int_policy__candidates.*,
        coalesce(
            int_policy__refusals.reason_code,
            int_policy__capped.reason_code,
            int_policy__held_out.reason_code
        ) as reason_code
    from int_policy__candidates
    left join int_policy__refusals
        on
            int_policy__candidates.person_id = int_policy__refusals.person_id
            and int_policy__candidates.sync = int_policy__refusals.sync
    left join int_policy__capped
        on
            int_policy__candidates.person_id = int_policy__capped.person_id
            and int_policy__candidates.sync = int_policy__capped.sync
    left join int_policy__held_out
        on
            int_policy__candidates.person_id = int_policy__held_out.person_id
            and int_policy__candidates.sync = int_policy__held_out.sync
),

send_eligibility as (
    select
        person_id,
        sync,
        segment,
        channel,
        reason_code is null as allowed,
        reason_code,
        is_enabled
    from judged
)

select * from send_eligibility
