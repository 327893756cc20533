with int_cohort_months as (
    select * from {{ ref('int_cohort_months') }}
),

rpt_cohort_ltv as (
    select
        dimension,
        dimension_value,
        value_name,
        cohort_month,
        months_since,
        cohort_size,
        repeaters as cumulative_repeaters,
        cast(repeaters as double) / cohort_size as cumulative_repeat_ratio,
        {{ money('net_sales') }} as cumulative_net_sales,
        {{ money('gross_profit') }} as cumulative_gross_profit,
        {{ money('net_sales / cohort_size') }} as net_sales_per_person,
        {{ money('gross_profit / cohort_size') }} as gross_profit_per_person,
        is_complete,
        '{{ var("currency") }}' as currency
    from int_cohort_months
)

select * from rpt_cohort_ltv
