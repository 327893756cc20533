with int_stage__prospects as (
    select * from {{ ref('int_stage__prospects') }}
),

int_stage__lead_turns as (
    select * from {{ ref('int_stage__lead_turns') }}
),

turning_days as (
    select
        person_id,
        turned_on,
        sum(interest) as interest,
        sum(heat) as heat
    from int_stage__lead_turns
    group by person_id, turned_on
),

standing_days as (
    select
        person_id,
        turned_on,
        sum(interest) over (
            partition by person_id order by turned_on
            rows between unbounded preceding and current row
        ) as interest,
        sum(heat) over (
            partition by person_id order by turned_on
            rows between unbounded preceding and current row
        ) as heat
    from turning_days
),

int_stage__lead_changes as (
    select
        standing_days.person_id,
        standing_days.turned_on as changed_on,
        case
            when standing_days.heat > 0 then 'hot_lead'
            when standing_days.interest > 0 then 'lead'
            else 'dormant_lead'
        end as to_stage
    from standing_days
    inner join int_stage__prospects
        on standing_days.person_id = int_stage__prospects.person_id
    where
        standing_days.turned_on >= int_stage__prospects.begins_on
        and standing_days.turned_on <= {{ as_of_date() }}
        and (
            int_stage__prospects.first_purchase_date is null
            or standing_days.turned_on < int_stage__prospects.first_purchase_date
        )
)

select * from int_stage__lead_changes
