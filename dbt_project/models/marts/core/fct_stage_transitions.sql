with int_stage__person_changes as (
    select * from {{ ref('int_stage__person_changes') }}
),

int_stage__browser_changes as (
    select * from {{ ref('int_stage__browser_changes') }}
),

int_stage__limits as (
    select * from {{ ref('int_stage__limits') }}
),

changes as (
    select
        person_id as subject_id,
        'person' as subject_kind,
        from_stage,
        to_stage,
        changed_on,
        trigger_event,
        trigger_detail
    from int_stage__person_changes
    union all
    select
        int_stage__browser_changes.source || ':' || int_stage__browser_changes.anonymous_id
            as subject_id,
        'browser' as subject_kind,
        int_stage__browser_changes.from_stage,
        int_stage__browser_changes.to_stage,
        int_stage__browser_changes.changed_on,
        case
            when int_stage__browser_changes.to_stage = 'known' then 'identified'
            when int_stage__browser_changes.to_stage = 'gone' then 'no_visit'
            when int_stage__browser_changes.from_stage = 'known' then 'no_identified_visit'
            else 'visit'
        end as trigger_event,
        case
            when
                int_stage__browser_changes.to_stage = 'gone'
                or int_stage__browser_changes.from_stage = 'known'
                then int_stage__limits.visitor_days || ' days without a visit that tells'
            else cast(int_stage__browser_changes.changed_on as {{ dbt.type_string() }})
        end as trigger_detail
    from int_stage__browser_changes
    cross join int_stage__limits
),

placed_changes as (
    select
        *,
        row_number() over (partition by subject_kind, subject_id order by changed_on) as change_no,
        lag(changed_on) over (partition by subject_kind, subject_id order by changed_on)
            as previous_changed_on,
        lead(changed_on) over (partition by subject_kind, subject_id order by changed_on)
            as next_changed_on,
        case from_stage
            when 'visitor' then 1 when 'lead' then 2 when 'known' then 2 when 'hot_lead' then 3
            when 'customer' then 4 when 'repeater' then 5 else 0
        end as from_place,
        case to_stage
            when 'visitor' then 1 when 'lead' then 2 when 'known' then 2 when 'hot_lead' then 3
            when 'customer' then 4 when 'repeater' then 5 else 0
        end as to_place
    from changes
),

fct_stage_transitions as (
    select
        subject_id,
        subject_kind,
        cast(change_no as bigint) as change_no,
        from_stage,
        to_stage,
        -- The day 1900-01-01 stands for a person of whom no fact is dated.
        nullif(changed_on, date '1900-01-01') as changed_on,
        cast(
            {{ dbt.datediff(
                "nullif(previous_changed_on, date '1900-01-01')", 'changed_on', 'day'
            ) }} as bigint
        ) as days_in_stage,
        trigger_event,
        case when changed_on > date '1900-01-01' then trigger_detail end as trigger_detail,
        case
            when to_place < from_place then 'down'
            when from_place > 0 or from_stage is null then 'up'
            else 'return'
        end as direction,
        next_changed_on is null as is_current,
        {{ as_of_date() }} as as_of_date
    from placed_changes
)

select * from fct_stage_transitions
