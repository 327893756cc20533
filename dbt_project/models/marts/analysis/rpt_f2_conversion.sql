with int_purchases__next as (
    select * from {{ ref('int_purchases__next') }}
),

int_person__cohort_values as (
    select * from {{ ref('int_person__cohort_values') }}
),

f2_windows as (
    select * from {{ ref('f2_windows') }}
),

-- A window of which the last day has not come says nothing yet.
chances as (
    select
        cohort_values.dimension,
        cohort_values.dimension_value,
        cohort_values.value_name,
        int_purchases__next.purchase_no,
        f2_windows.window_days,
        int_purchases__next.days_to_next,
        int_purchases__next.age_days >= f2_windows.window_days as is_matured
    from int_purchases__next
    inner join int_person__cohort_values as cohort_values
        on int_purchases__next.person_id = cohort_values.person_id
    cross join f2_windows
    where int_purchases__next.purchase_no <= 5
),

counted as (
    select
        dimension,
        dimension_value,
        max(value_name) as value_name,
        purchase_no,
        window_days,
        count(*) as buyers,
        count(case when is_matured then 1 end) as matured,
        count(case when is_matured and days_to_next <= window_days then 1 end) as converted,
        count(days_to_next) as converted_ever
    from chances
    group by dimension, dimension_value, purchase_no, window_days
),

rpt_f2_conversion as (
    select
        dimension,
        dimension_value,
        value_name,
        purchase_no,
        window_days,
        buyers,
        matured,
        buyers - matured as immature,
        converted,
        cast(converted as double) / nullif(matured, 0) as conversion_ratio,
        converted_ever,
        cast(converted_ever as double) / buyers as naive_ratio,
        {{ as_of_date() }} as as_of_date
    from counted
)

select * from rpt_f2_conversion
