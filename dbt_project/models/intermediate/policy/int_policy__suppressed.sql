with int_policy__candidates as (
    select * from {{ ref('int_policy__candidates') }}
),

int_policy__suppressions as (
    select * from {{ ref('int_policy__suppressions') }}
),

int_policy__suppressed as (
    select
        int_policy__candidates.person_id,
        int_policy__candidates.sync,
        int_policy__suppressions.reason_code
    from int_policy__candidates
    inner join int_policy__suppressions
        on
            int_policy__candidates.person_id = int_policy__suppressions.person_id
            and int_policy__candidates.channel = int_policy__suppressions.channel
    where
        int_policy__suppressions.topic is null
        or int_policy__suppressions.topic = int_policy__candidates.topic
)

select * from int_policy__suppressed
