-- A returned row is a month of a step whose true channels do not make up all of it.
with rpt_stage_funnel as (
    select * from {{ ref('rpt_stage_funnel') }}
),

sums as (
    select
        month_start,
        subject_kind,
        from_stage,
        to_stage,
        sum(case when channel = 'all' then at_risk else -at_risk end) as at_risk_left,
        sum(case when channel = 'all' then stepped_up else -stepped_up end) as stepped_up_left
    from rpt_stage_funnel
    group by month_start, subject_kind, from_stage, to_stage
)

select * from sums
where at_risk_left <> 0 or stepped_up_left <> 0
