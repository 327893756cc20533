with int_person__cohorts as (
    select * from {{ ref('int_person__cohorts') }}
),

labelled as (
    select
        person_id,
        cohort_month,
        'all' as dimension,
        'all' as dimension_value,
        'all' as value_name
    from int_person__cohorts
    union all
    select
        person_id,
        cohort_month,
        'first_product' as dimension,
        coalesce(first_product, 'none') as dimension_value,
        coalesce(first_product_name, first_product, 'none') as value_name
    from int_person__cohorts
    union all
    select
        person_id,
        cohort_month,
        'first_category' as dimension,
        coalesce(first_category, 'none') as dimension_value,
        coalesce(first_category, 'none') as value_name
    from int_person__cohorts
    union all
    select
        person_id,
        cohort_month,
        'channel' as dimension,
        coalesce(channel, 'none') as dimension_value,
        coalesce(channel, 'none') as value_name
    from int_person__cohorts
    union all
    select
        person_id,
        cohort_month,
        'campaign' as dimension,
        coalesce(campaign, 'none') as dimension_value,
        coalesce(campaign, 'none') as value_name
    from int_person__cohorts
    union all
    select
        person_id,
        cohort_month,
        'first_month' as dimension,
        cast(cohort_month as {{ dbt.type_string() }}) as dimension_value,
        cast(cohort_month as {{ dbt.type_string() }}) as value_name
    from int_person__cohorts
),

-- A shop that knows a dimension of nobody does not have it.
known_dimensions as (
    select dimension
    from labelled
    where dimension_value <> 'none'
    group by dimension
),

int_person__cohort_values as (
    select labelled.*
    from labelled
    inner join known_dimensions on labelled.dimension = known_dimensions.dimension
)

select * from int_person__cohort_values
