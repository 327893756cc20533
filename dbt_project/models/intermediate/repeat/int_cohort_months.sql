with int_purchases as (
    select * from {{ ref('int_purchases') }}
),

int_person__cohort_values as (
    select * from {{ ref('int_person__cohort_values') }}
),

placed_purchases as (
    select
        cohort_values.dimension,
        cohort_values.dimension_value,
        cohort_values.cohort_month,
        int_purchases.person_id,
        int_purchases.purchase_no,
        int_purchases.net_sales,
        int_purchases.gross_profit,
        {{ dbt.datediff('cohort_values.cohort_month', 'int_purchases.purchase_date', 'month') }}
            as months_since
    from int_purchases
    inner join int_person__cohort_values as cohort_values
        on int_purchases.person_id = cohort_values.person_id
    where cohort_values.dimension <> 'first_month'
),

cohorts as (
    select
        dimension,
        dimension_value,
        max(value_name) as value_name,
        cohort_month,
        count(*) as cohort_size,
        {{ dbt.datediff('cohort_month', as_of_date(), 'month') }} as last_months_since
    from int_person__cohort_values
    where dimension <> 'first_month'
    group by dimension, dimension_value, cohort_month
),

months as (
    select series.months_since
    from {{ series('(select max(last_months_since) from cohorts)', 'months_since') }}
),

-- Every month up to as_of_date has a row, also the months in which nobody came back.
grid as (
    select
        cohorts.dimension,
        cohorts.dimension_value,
        cohorts.value_name,
        cohorts.cohort_month,
        cohorts.cohort_size,
        months.months_since
    from cohorts
    inner join months on cohorts.last_months_since >= months.months_since
),

month_activity as (
    select
        dimension,
        dimension_value,
        cohort_month,
        months_since,
        count(distinct person_id) as active_persons,
        count(case when purchase_no = 2 then 1 end) as new_repeaters,
        sum(net_sales) as net_sales,
        sum(gross_profit) as gross_profit
    from placed_purchases
    group by dimension, dimension_value, cohort_month, months_since
),

int_cohort_months as (
    select
        grid.dimension,
        grid.dimension_value,
        grid.value_name,
        grid.cohort_month,
        cast(grid.months_since as bigint) as months_since,
        grid.cohort_size,
        coalesce(month_activity.active_persons, 0) as active_persons,
        cast(sum(coalesce(month_activity.new_repeaters, 0)) over running as bigint) as repeaters,
        sum(coalesce(month_activity.net_sales, 0)) over running as net_sales,
        sum(month_activity.gross_profit) over running as gross_profit,
        cast({{ dbt.dateadd('month', '(grid.months_since + 1)', 'grid.cohort_month') }} as date)
        <= {{ add_days(as_of_date(), 1) }} as is_complete
    from grid
    left join month_activity
        on
            grid.dimension = month_activity.dimension
            and grid.dimension_value = month_activity.dimension_value
            and grid.cohort_month = month_activity.cohort_month
            and grid.months_since = month_activity.months_since
    window running as (
        partition by grid.dimension, grid.dimension_value, grid.cohort_month
        order by grid.months_since
        rows between unbounded preceding and current row
    )
)

select * from int_cohort_months
