with int_purchases as (
    select * from {{ ref('int_purchases') }}
),

first_purchases as (
    select
        person_id,
        cast({{ dbt.date_trunc('month', 'min(purchase_date)') }} as date) as cohort_month
    from int_purchases
    group by person_id
),

placed_purchases as (
    select
        int_purchases.person_id,
        int_purchases.purchase_no,
        int_purchases.net_sales,
        first_purchases.cohort_month,
        {{ dbt.datediff('first_purchases.cohort_month', 'int_purchases.purchase_date', 'month') }}
            as months_since
    from int_purchases
    inner join first_purchases on int_purchases.person_id = first_purchases.person_id
),

cohorts as (
    select
        cohort_month,
        count(*) as cohort_size,
        {{ dbt.datediff('cohort_month', as_of_date(), 'month') }} as last_months_since
    from first_purchases
    group by cohort_month
),

months as (
    select series.months_since
    from {{ series('(select max(last_months_since) from cohorts)', 'months_since') }}
),

-- Every month up to as_of_date has a row, also the months in which nobody came back.
grid as (
    select
        cohorts.cohort_month,
        cohorts.cohort_size,
        months.months_since
    from cohorts
    inner join months on cohorts.last_months_since >= months.months_since
),

month_activity as (
    select
        cohort_month,
        months_since,
        count(distinct person_id) as active_persons,
        count(case when purchase_no = 2 then 1 end) as new_repeaters,
        sum(net_sales) as net_sales
    from placed_purchases
    group by cohort_month, months_since
),

accumulated as (
    select
        grid.cohort_month,
        grid.months_since,
        grid.cohort_size,
        coalesce(month_activity.active_persons, 0) as active_persons,
        sum(coalesce(month_activity.new_repeaters, 0)) over (
            partition by grid.cohort_month order by grid.months_since
            rows between unbounded preceding and current row
        ) as repeaters,
        sum(coalesce(month_activity.net_sales, 0)) over (
            partition by grid.cohort_month order by grid.months_since
            rows between unbounded preceding and current row
        ) as net_sales
    from grid
    left join month_activity
        on
            grid.cohort_month = month_activity.cohort_month
            and grid.months_since = month_activity.months_since
),

rpt_cohort_retention as (
    select
        cohort_month,
        cast(months_since as bigint) as months_since,
        cohort_size,
        active_persons,
        cast(active_persons as double) / cohort_size as retention_ratio,
        cast(repeaters as bigint) as cumulative_buyers_repeat,
        {{ money('net_sales') }} as cumulative_net_sales,
        {{ money('net_sales / cohort_size') }} as cumulative_sales_per_person,
        cast({{ dbt.dateadd('month', '(months_since + 1)', 'cohort_month') }} as date)
        <= {{ add_days(as_of_date(), 1) }} as is_complete,
        '{{ var("currency") }}' as currency
    from accumulated
)

select * from rpt_cohort_retention
