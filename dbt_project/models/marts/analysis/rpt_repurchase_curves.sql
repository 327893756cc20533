with int_purchases__next as (
    select * from {{ ref('int_purchases__next') }}
),

int_person__cohort_values as (
    select * from {{ ref('int_person__cohort_values') }}
),

-- Who has not come back is watched up to as_of_date and says nothing of the days after it.
durations as (
    select
        cohort_values.dimension,
        cohort_values.dimension_value,
        cohort_values.value_name,
        int_purchases__next.purchase_no,
        coalesce(int_purchases__next.days_to_next, int_purchases__next.age_days) as days,
        case when int_purchases__next.days_to_next is null then 0 else 1 end as came_back
    from int_purchases__next
    inner join int_person__cohort_values as cohort_values
        on int_purchases__next.person_id = cohort_values.person_id
    where
        int_purchases__next.purchase_no <= 5
        and cohort_values.dimension in ('all', 'first_product')
),

-- Every curve begins whole, on day 0.
daily as (
    select
        dimension,
        dimension_value,
        value_name,
        purchase_no,
        days,
        came_back as events,
        1 - came_back as censored
    from durations
    union all
    select
        dimension,
        dimension_value,
        max(value_name) as value_name,
        purchase_no,
        0 as days,
        0 as events,
        0 as censored
    from durations
    group by dimension, dimension_value, purchase_no
),

life_table as (
    select
        dimension,
        dimension_value,
        max(value_name) as value_name,
        purchase_no,
        cast(days as bigint) as days,
        cast(sum(events) as bigint) as events,
        cast(sum(censored) as bigint) as censored,
        cast(sum(sum(events) + sum(censored)) over (
            partition by dimension, dimension_value, purchase_no order by days desc
            rows between unbounded preceding and current row
        ) as bigint) as at_risk
    from daily
    group by dimension, dimension_value, purchase_no, days
),

-- The day on which the last of a curve comes back ends it: a logarithm of 0 is never taken.
summed as (
    select
        *,
        sum(case when events < at_risk then ln(1 - events / cast(at_risk as double)) end) over up
            as log_survival,
        sum(
            case
                when events < at_risk
                    then events / (cast(at_risk as double) * (at_risk - events))
            end
        ) over up as greenwood_sum
    from life_table
    window up as (
        partition by dimension, dimension_value, purchase_no order by days
        rows between unbounded preceding and current row
    )
),

estimated as (
    select
        *,
        case when events < at_risk then exp(log_survival) else 0 end as survival,
        case when events < at_risk then exp(log_survival) * sqrt(greenwood_sum) end
            as standard_error
    from summed
),

rpt_repurchase_curves as (
    select
        dimension,
        dimension_value,
        value_name,
        purchase_no,
        days,
        at_risk,
        events,
        censored,
        cast(survival as double) as survival,
        1 - cast(survival as double) as converted_ratio,
        standard_error,
        case
            when standard_error is not null
                then greatest(0, 1 - survival - 1.959964 * standard_error)
        end as converted_low,
        case
            when standard_error is not null
                then least(1, 1 - survival + 1.959964 * standard_error)
        end as converted_high,
        {{ as_of_date() }} as as_of_date
    from estimated
)

select * from rpt_repurchase_curves
