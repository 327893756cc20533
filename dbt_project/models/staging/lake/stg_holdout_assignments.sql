with current_rows as (
    {{ current_rows(
        source('lake', 'holdout_assignments'), ['experiment', 'person_id'], newest=true
    ) }}
),

stg_holdout_assignments as (
    select
        _source || ':' || experiment || ':' || person_id as assignment_id,
        experiment,
        person_id,
        arm,
        salt,
        bucket,
        assigned_at
    from current_rows
)

select * from stg_holdout_assignments
