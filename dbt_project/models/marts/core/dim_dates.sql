with rpt_kpi_daily as (
    select * from {{ ref('rpt_kpi_daily') }}
),

week_starts as (
    select
        kpi_date,
        cast({{ dbt.date_trunc('week', 'kpi_date') }} as date) as week_start_date
    from rpt_kpi_daily
),

weekdays as (
    select
        *,
        cast(1 + {{ dbt.datediff('week_start_date', 'kpi_date', 'day') }} as bigint) as weekday_no
    from week_starts
),

dim_dates as (
    select
        kpi_date as date_day,
        week_start_date,
        cast({{ dbt.date_trunc('month', 'kpi_date') }} as date) as month_start_date,
        cast({{ dbt.date_trunc('quarter', 'kpi_date') }} as date) as quarter_start_date,
        cast({{ dbt.date_trunc('year', 'kpi_date') }} as date) as year_start_date,
        weekday_no,
        weekday_no >= 6 as is_weekend
    from weekdays
)

select * from dim_dates
