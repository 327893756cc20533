-- A returned row is a person who stands elsewhere than the last change led, or a number of visitors
-- that differs from the ladder's.
with last_changes as (
    select
        subject_id,
        subject_kind,
        to_stage,
        changed_on
    from {{ ref('fct_stage_transitions') }}
    where is_current
),

persons as (
    select
        coalesce(customer_360.person_id, last_changes.subject_id) as subject_id,
        customer_360.stage,
        last_changes.to_stage
    from {{ ref('customer_360') }} as customer_360
    full outer join last_changes on customer_360.person_id = last_changes.subject_id
    where
        coalesce(last_changes.subject_kind, 'person') = 'person'
        and (
            customer_360.stage is distinct from last_changes.to_stage
            or customer_360.stage_entered_date is distinct from last_changes.changed_on
        )
),

visitors as (
    select count(*) as visitors
    from last_changes
    where subject_kind = 'browser' and to_stage = 'visitor'
)

select
    subject_id,
    stage,
    to_stage
from persons
union all
select
    'browsers' as subject_id,
    cast(ladder.subjects as {{ dbt.type_string() }}) as stage,
    cast(visitors.visitors as {{ dbt.type_string() }}) as to_stage
from {{ ref('rpt_stage_ladder') }} as ladder
cross join visitors
where ladder.stage = 'visitor' and ladder.subjects <> visitors.visitors
