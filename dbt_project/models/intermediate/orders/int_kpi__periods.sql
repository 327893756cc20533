with rpt_kpi_daily as (
    select * from {{ ref('rpt_kpi_daily') }}
),

periods as (
    select
        'month' as period,
        cast({{ dbt.date_trunc('month', 'kpi_date') }} as date) as period_start,
        cast({{ dbt.dateadd('month', 1, dbt.date_trunc('month', 'kpi_date')) }} as date)
            as period_end,
        sum(emails_delivered) as emails_delivered,
        sum(unsubscribes) as unsubscribes
    from rpt_kpi_daily
    group by
        cast({{ dbt.date_trunc('month', 'kpi_date') }} as date),
        cast({{ dbt.dateadd('month', 1, dbt.date_trunc('month', 'kpi_date')) }} as date)
    union all
    select
        'quarter' as period,
        cast({{ dbt.date_trunc('quarter', 'kpi_date') }} as date) as period_start,
        cast({{ dbt.dateadd('month', 3, dbt.date_trunc('quarter', 'kpi_date')) }} as date)
            as period_end,
        sum(emails_delivered) as emails_delivered,
        sum(unsubscribes) as unsubscribes
    from rpt_kpi_daily
    group by
        cast({{ dbt.date_trunc('quarter', 'kpi_date') }} as date),
        cast({{ dbt.dateadd('month', 3, dbt.date_trunc('quarter', 'kpi_date')) }} as date)
),

int_kpi__periods as (
    select * from periods
    where period_end <= {{ add_days(as_of_date(), 1) }}
)

select * from int_kpi__periods
