-- A returned row is a month of a cohort whose parts by one dimension do not make up the whole.
with rpt_cohort_ltv as (
    select * from {{ ref('rpt_cohort_ltv') }}
),

rpt_cohort_retention as (
    select * from {{ ref('rpt_cohort_retention') }}
),

dimensions as (
    select dimension
    from rpt_cohort_ltv
    group by dimension
),

parts as (
    select
        dimension,
        cohort_month,
        months_since,
        sum(cohort_size) as cohort_size,
        sum(cumulative_repeaters) as repeaters,
        sum(cumulative_net_sales) as net_sales
    from rpt_cohort_ltv
    group by dimension, cohort_month, months_since
)

select
    dimensions.dimension,
    rpt_cohort_retention.cohort_month,
    rpt_cohort_retention.months_since
from rpt_cohort_retention
cross join dimensions
left join parts
    on
        dimensions.dimension = parts.dimension
        and rpt_cohort_retention.cohort_month = parts.cohort_month
        and rpt_cohort_retention.months_since = parts.months_since
where
    not coalesce(
        rpt_cohort_retention.cohort_size = parts.cohort_size
        and rpt_cohort_retention.cumulative_buyers_repeat = parts.repeaters
        and rpt_cohort_retention.cumulative_net_sales = parts.net_sales,
        false
    )
