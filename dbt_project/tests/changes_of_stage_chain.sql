-- A returned row is a change that does not begin where, or not later than, the one before ended.
with followed_changes as (
    select
        *,
        lag(to_stage) over (partition by subject_kind, subject_id order by change_no)
            as earlier_stage,
        lag(changed_on) over (partition by subject_kind, subject_id order by change_no)
            as earlier_changed_on
    from {{ ref('fct_stage_transitions') }}
)

select *
from followed_changes
where
    earlier_stage is distinct from from_stage
    or changed_on <= earlier_changed_on
    or changed_on > as_of_date
