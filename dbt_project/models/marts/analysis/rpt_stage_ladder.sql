with stages as (
    select * from {{ ref('stages') }}
),

customer_360 as (
    select * from {{ ref('customer_360') }}
),

fct_web_sessions as (
    select * from {{ ref('fct_web_sessions') }}
),

int_stage__limits as (
    select * from {{ ref('int_stage__limits') }}
),

anonymous_browsers as (
    select
        fct_web_sessions.source,
        fct_web_sessions.anonymous_id
    from fct_web_sessions
    cross join int_stage__limits
    where {{ age_days('fct_web_sessions.session_date') }} < int_stage__limits.visitor_days
    group by fct_web_sessions.source, fct_web_sessions.anonymous_id
    having count(fct_web_sessions.person_id) = 0
),

stage_subjects as (
    select
        stage,
        count(*) as subjects
    from customer_360
    group by stage
    union all
    select
        'visitor' as stage,
        count(*) as subjects
    from anonymous_browsers
),

rpt_stage_ladder as (
    select
        cast(stages.stage_order as bigint) as stage_order,
        stages.layer,
        stages.layer_ja,
        stages.stage,
        stages.stage_ja,
        stages.subject_kind,
        coalesce(stage_subjects.subjects, 0) as subjects,
        cast(coalesce(stage_subjects.subjects, 0) as double)
        / nullif(
            cast(
                sum(stage_subjects.subjects) over (partition by stages.subject_kind) as double
            ), 0
        ) as share_of_kind,
        {{ as_of_date() }} as as_of_date
    from stages
    left join stage_subjects on stages.stage = stage_subjects.stage
)

select * from rpt_stage_ladder
