with int_cohort_months as (
    select * from {{ ref('int_cohort_months') }}
),

rpt_cohort_retention as (
    select
        cohort_month,
        months_since,
        cohort_size,
        active_persons,
        cast(active_persons as double) / cohort_size as retention_ratio,
        repeaters as cumulative_buyers_repeat,
        {{ money('net_sales') }} as cumulative_net_sales,
        {{ money('net_sales / cohort_size') }} as cumulative_sales_per_person,
        {{ money('gross_profit') }} as cumulative_gross_profit,
        {{ money('gross_profit / cohort_size') }} as cumulative_profit_per_person,
        is_complete,
        '{{ var("currency") }}' as currency
    from int_cohort_months
    where dimension = 'all'
)

select * from rpt_cohort_retention
