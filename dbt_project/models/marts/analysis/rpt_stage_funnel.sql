with int_stage__stays as (
    select * from {{ ref('int_stage__stays') }}
),

stage_steps as (
    select * from {{ ref('stage_steps') }}
),

channel_stays as (
    select
        *,
        acquisition_channel as channel
    from int_stage__stays
    union all
    select
        *,
        'all' as channel
    from int_stage__stays
),

-- The day of a step belongs to the time before it: whoever steps up was at risk in that month.
spans as (
    select
        subject_kind,
        subject_id,
        stage,
        channel,
        cast({{ dbt.date_trunc('month', 'begins_on') }} as date) as first_month,
        {{ dbt.datediff('begins_on', 'coalesce(ends_on, ' ~ as_of_date() ~ ')', 'month') }}
            as last_offset
    from channel_stays
),

offsets as (
    select series.month_offset
    from {{ series('(select max(last_offset) from spans)', 'month_offset') }}
),

risks as (
    select
        cast({{ dbt.dateadd('month', 'offsets.month_offset', 'spans.first_month') }} as date)
            as month_start,
        spans.channel,
        spans.subject_kind,
        spans.stage,
        count(distinct spans.subject_id) as at_risk
    from spans
    inner join offsets on spans.last_offset >= offsets.month_offset
    group by
        cast({{ dbt.dateadd('month', 'offsets.month_offset', 'spans.first_month') }} as date),
        spans.channel, spans.subject_kind, spans.stage
),

steps as (
    select
        cast({{ dbt.date_trunc('month', 'ends_on') }} as date) as month_start,
        channel,
        subject_kind,
        stage,
        next_stage,
        count(distinct subject_id) as stepped_up,
        {{ quantile('days_in_stage', 0.5) }} as median_days
    from channel_stays
    where ends_on is not null
    group by
        cast({{ dbt.date_trunc('month', 'ends_on') }} as date),
        channel, subject_kind, stage, next_stage
),

rpt_stage_funnel as (
    select
        risks.month_start,
        risks.channel,
        risks.subject_kind,
        stage_steps.from_stage,
        stage_steps.to_stage,
        stage_steps.label_ja as step_ja,
        stage_steps.label_en as step_en,
        risks.at_risk,
        coalesce(steps.stepped_up, 0) as stepped_up,
        cast(coalesce(steps.stepped_up, 0) as double) / risks.at_risk as step_up_rate,
        cast(steps.median_days as double) as median_days,
        cast({{ dbt.dateadd('month', 1, 'risks.month_start') }} as date)
        <= {{ add_days(as_of_date(), 1) }} as is_complete,
        {{ as_of_date() }} as as_of_date
    from risks
    inner join stage_steps
        on
            risks.subject_kind = stage_steps.subject_kind
            and risks.stage = stage_steps.from_stage
    left join steps
        on
            risks.month_start = steps.month_start
            and risks.channel = steps.channel
            and risks.subject_kind = steps.subject_kind
            and risks.stage = steps.stage
            and stage_steps.to_stage = steps.next_stage
)

select * from rpt_stage_funnel
