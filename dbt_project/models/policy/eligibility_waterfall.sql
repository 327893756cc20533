with send_eligibility as (
    select * from {{ ref('send_eligibility') }}
),

int_policy__syncs as (
    select * from {{ ref('int_policy__syncs') }}
),

refusal_reasons as (
    select * from {{ ref('refusal_reasons') }}
),

refusals as (
    select
        sync,
        reason_code,
        count(*) as refused
    from send_eligibility
    where not allowed
    group by sync, reason_code
),

segment_sizes as (
    select
        sync,
        count(*) as members
    from send_eligibility
    group by sync
),

steps as (
    select
        int_policy__syncs.sync,
        refusal_reasons.step_order,
        refusal_reasons.reason_code,
        coalesce(segment_sizes.members, 0) as members,
        coalesce(refusals.refused, 0) as removed
    from int_policy__syncs
    cross join refusal_reasons
    left join segment_sizes on int_policy__syncs.sync = segment_sizes.sync
    left join refusals
        on
            int_policy__syncs.sync = refusals.sync
            and refusal_reasons.reason_code = refusals.reason_code
),

eligibility_waterfall as (
    select
        sync,
        cast(step_order as bigint) as step_order,
        reason_code,
        removed,
        cast(
            members - sum(removed) over (
                partition by sync order by step_order
                rows between unbounded preceding and current row
            ) as bigint
        ) as remaining
    from steps
)

select * from eligibility_waterfall
