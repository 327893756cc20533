with int_purchases as (
    select * from {{ ref('int_purchases') }}
),

person_months as (
    select
        person_id,
        cast({{ dbt.date_trunc('month', 'purchase_date') }} as date) as month_start,
        count(*) as purchases
    from int_purchases
    group by person_id, cast({{ dbt.date_trunc('month', 'purchase_date') }} as date)
),

-- A month lies in the twelve-month period of itself and in those of the eleven that follow.
person_periods as (
    select
        person_months.person_id,
        cast(
            {{ dbt.dateadd('month', 'series.month_offset', 'person_months.month_start') }} as date
        ) as month_start,
        sum(person_months.purchases) as purchases
    from person_months
    cross join {{ series(11, 'month_offset') }}
    group by
        person_months.person_id,
        cast(
            {{ dbt.dateadd('month', 'series.month_offset', 'person_months.month_start') }} as date
        )
),

int_repeat__years as (
    select
        month_start,
        count(*) as buyers_12m,
        count(case when purchases >= 2 then 1 end) as repeat_buyers_12m
    from person_periods
    where month_start <= {{ as_of_date() }}
    group by month_start
)

select * from int_repeat__years
