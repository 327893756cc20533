with int_policy__candidates as (
    select * from {{ ref('int_policy__candidates') }}
),

int_policy__refusals as (
    select * from {{ ref('int_policy__refusals') }}
),

int_policy__capped as (
    select * from {{ ref('int_policy__capped') }}
),

int_policy__settings as (
    select * from {{ ref('int_policy__settings') }}
),

refusal_reasons as (
    select * from {{ ref('refusal_reasons') }}
),

stg_holdout_assignments as (
    select * from {{ ref('stg_holdout_assignments') }}
),

-- Only those who would have got it are compared.
clear_candidates as (
    select int_policy__candidates.*
    from int_policy__candidates
    inner join refusal_reasons on refusal_reasons.reason_code = 'holdout'
    left join int_policy__refusals
        on
            int_policy__candidates.person_id = int_policy__refusals.person_id
            and int_policy__candidates.sync = int_policy__refusals.sync
    left join int_policy__capped
        on
            int_policy__candidates.person_id = int_policy__capped.person_id
            and int_policy__candidates.sync = int_policy__capped.sync
    where
        int_policy__refusals.sync is null
        and int_policy__capped.sync is null
        and {{ binds('int_policy__candidates', 'refusal_reasons') }}
),

experiments as (
    select
        clear_candidates.person_id,
        clear_candidates.sync,
        'global' as experiment,
        int_policy__settings.global_holdout_percent as holdout_percent
    from clear_candidates
    cross join int_policy__settings
    union all
    select
        person_id,
        sync,
        sync as experiment,
        holdout_percent
    from clear_candidates
),

-- The arm that the ledger wrote down stands, whatever the percentage is now.
int_policy__held_out as (
    select
        experiments.person_id,
        experiments.sync,
        'holdout' as reason_code
    from experiments
    left join stg_holdout_assignments
        on
            experiments.experiment = stg_holdout_assignments.experiment
            and experiments.person_id = stg_holdout_assignments.person_id
    where
        coalesce(
            stg_holdout_assignments.arm = 'holdout',
            {{ random_bucket('experiments.experiment', 'experiments.person_id') }}
            < experiments.holdout_percent * 100
        )
    group by experiments.person_id, experiments.sync
)

select * from int_policy__held_out
