with rpt_kpi_daily as (
    select * from {{ ref('rpt_kpi_daily') }}
),

dim_dates as (
    select
        kpi_date as date_day,
        cast({{ dbt.date_trunc('week', 'kpi_date') }} as date) as week_start_date,
        cast({{ dbt.date_trunc('month', 'kpi_date') }} as date) as month_start_date,
        cast({{ dbt.date_trunc('quarter', 'kpi_date') }} as date) as quarter_start_date,
        cast({{ dbt.date_trunc('year', 'kpi_date') }} as date) as year_start_date,
        cast(
            1 + {{ dbt.datediff(dbt.date_trunc('week', 'kpi_date'), 'kpi_date', 'day') }} as bigint
        ) as weekday_no,
        {{ dbt.datediff(dbt.date_trunc('week', 'kpi_date'), 'kpi_date', 'day') }} >= 5
            as is_weekend
    from rpt_kpi_daily
)

select * from dim_dates
