-- A returned row is a month and CPM group that does not start as the month before ended, or, for
-- the month of as_of_date, does not end as rpt_cpm says.
with rpt_cpm_transitions as (
    select * from {{ ref('rpt_cpm_transitions') }}
),

rpt_cpm as (
    select * from {{ ref('rpt_cpm') }}
),

moves as (
    select
        *,
        cast({{ dbt.dateadd('month', 1, 'month_start') }} as date) as next_month,
        min(month_start) over () as first_month
    from rpt_cpm_transitions
),

month_ends as (
    select
        next_month,
        to_group as cpm_group,
        sum(persons) as persons
    from moves
    group by next_month, to_group
),

month_starts as (
    select
        month_start as next_month,
        from_group as cpm_group,
        sum(persons) as persons
    from moves
    where from_group <> 'none' and month_start > first_month
    group by month_start, from_group
    union all
    select
        cast({{ dbt.dateadd('month', 1, dbt.date_trunc('month', as_of_date())) }} as date)
            as next_month,
        cpm_group,
        count(*) as persons
    from rpt_cpm
    group by cpm_group
)

select
    coalesce(month_ends.next_month, month_starts.next_month) as next_month,
    coalesce(month_ends.cpm_group, month_starts.cpm_group) as cpm_group,
    month_ends.persons as ended_with,
    month_starts.persons as started_with
from month_ends
full outer join month_starts
    on
        month_ends.next_month = month_starts.next_month
        and month_ends.cpm_group = month_starts.cpm_group
where coalesce(month_ends.persons, 0) <> coalesce(month_starts.persons, 0)
