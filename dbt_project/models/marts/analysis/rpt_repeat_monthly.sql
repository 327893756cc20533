with int_repeat__months as (
    select * from {{ ref('int_repeat__months') }}
),

int_repeat__years as (
    select * from {{ ref('int_repeat__years') }}
),

-- Everything before the month is its start; what happens in the month makes its end.
accumulated as (
    select
        *,
        sum(new_buyers) over up as customers_at_end,
        sum(new_repeaters) over up as repeaters_at_end,
        sum(new_buyers + returned - churned) over up as active_at_end
    from int_repeat__months
    window up as (
        order by month_start
        rows between unbounded preceding and current row
    )
),

standing as (
    select
        *,
        customers_at_end - new_buyers as customers_at_start,
        active_at_end - new_buyers - returned + churned as active_at_start
    from accumulated
),

counted as (
    select
        standing.*,
        standing.customers_at_start - standing.active_at_start as dormant_at_start,
        coalesce(int_repeat__years.buyers_12m, 0) as buyers_12m,
        coalesce(int_repeat__years.repeat_buyers_12m, 0) as repeat_buyers_12m
    from standing
    left join int_repeat__years on standing.month_start = int_repeat__years.month_start
),

rpt_repeat_monthly as (
    select
        month_start,
        cast(purchases as bigint) as purchases,
        buyers,
        new_buyers,
        buyers - new_buyers as repeat_buyers,
        {{ money('net_sales') }} as net_sales,
        {{ money('new_net_sales') }} as new_net_sales,
        {{ money('net_sales - new_net_sales') }} as repeat_net_sales,
        buyers_12m,
        repeat_buyers_12m,
        cast(repeat_buyers_12m as double) / nullif(buyers_12m, 0) as repeat_ratio,
        cast(repeaters_at_end as double) / customers_at_end as repeat_ratio_to_date,
        cast(customers_at_start as bigint) as customers_at_start,
        cast(active_at_start as bigint) as active_at_start,
        cast(dormant_at_start as bigint) as dormant_at_start,
        churned,
        returned,
        cast(active_at_end as bigint) as active_at_end,
        cast(churned as double) / nullif(active_at_start, 0) as churn_ratio,
        cast(returned as double) / nullif(dormant_at_start + churned, 0) as return_ratio,
        stepped_up,
        cast(stepped_up as double) / nullif(customers_at_start, 0) as step_up_ratio,
        cast({{ dbt.dateadd('month', 1, 'month_start') }} as date)
        <= {{ add_days(as_of_date(), 1) }} as is_complete,
        '{{ var("currency") }}' as currency
    from counted
)

select * from rpt_repeat_monthly
