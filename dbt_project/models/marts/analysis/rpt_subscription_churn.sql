with int_subscriptions as (
    select * from {{ ref('int_subscriptions') }}
),

month_span as (
    select
        min(start_month) as first_month,
        {{ dbt.datediff('min(start_month)', as_of_date(), 'month') }} as last_offset
    from int_subscriptions
),

months as (
    select
        cast({{ dbt.dateadd('month', 'series.month_offset', 'month_span.first_month') }} as date)
            as month_start
    from {{ series('(select spans.last_offset from month_span as spans)', 'month_offset') }}
    cross join month_span
),

events as (
    select
        start_month as month_start,
        1 as started,
        0 as cancelled,
        0 as paused,
        0 as cancelled_in_pause
    from int_subscriptions
    union all
    select
        cast({{ dbt.date_trunc('month', 'left_date') }} as date) as month_start,
        0 as started,
        case when left_by = 'cancelled' then 1 else 0 end as cancelled,
        case when left_by = 'paused' then 1 else 0 end as paused,
        0 as cancelled_in_pause
    from int_subscriptions
    where left_date is not null
    union all
    select
        cast({{ dbt.date_trunc('month', 'cancelled_date') }} as date) as month_start,
        0 as started,
        0 as cancelled,
        0 as paused,
        1 as cancelled_in_pause
    from int_subscriptions
    where left_by = 'paused' and cancelled_date is not null
),

counted as (
    select
        months.month_start,
        coalesce(sum(events.started), 0) as started,
        coalesce(sum(events.cancelled), 0) as cancelled,
        coalesce(sum(events.paused), 0) as paused,
        coalesce(sum(events.cancelled_in_pause), 0) as cancelled_in_pause
    from months
    left join events on months.month_start = events.month_start
    group by months.month_start
),

accumulated as (
    select
        *,
        sum(started - cancelled - paused) over (
            order by month_start
            rows between unbounded preceding and current row
        ) as active_at_end
    from counted
),

standing as (
    select
        *,
        active_at_end - started + cancelled + paused as active_at_start
    from accumulated
),

rpt_subscription_churn as (
    select
        month_start,
        cast(active_at_start as bigint) as active_at_start,
        cast(started as bigint) as started,
        cast(cancelled as bigint) as cancelled,
        cast(paused as bigint) as paused,
        cast(cancelled_in_pause as bigint) as cancelled_in_pause,
        cast(active_at_end as bigint) as active_at_end,
        cast(cancelled as double) / nullif(active_at_start, 0) as churn_ratio,
        cast({{ dbt.dateadd('month', 1, 'month_start') }} as date)
        <= {{ add_days(as_of_date(), 1) }} as is_complete
    from standing
)

select * from rpt_subscription_churn
