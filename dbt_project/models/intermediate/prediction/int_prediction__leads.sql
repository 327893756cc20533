with int_persons as (
    select * from {{ ref('int_persons') }}
),

int_person__orders as (
    select * from {{ ref('int_person__orders') }}
),

weeks as (
    select {{ add_days(as_of_date(), '-7 * weeks_back') }} as snapshot_date
    from {{ series(var('lead_snapshot_weeks'), 'weeks_back') }}
),

prospects as (
    select
        int_persons.person_id,
        -- A person without a date has always been there.
        coalesce(
            {{ local_date('int_persons.first_seen_at') }},
            {{ local_date('int_persons.registered_at') }},
            date '1900-01-01'
        ) as known_date,
        int_person__orders.first_purchase_date
    from int_persons
    left join int_person__orders on int_persons.person_id = int_person__orders.person_id
),

int_prediction__leads as (
    select
        prospects.person_id,
        weeks.snapshot_date,
        {{ dbt.datediff('prospects.known_date', 'weeks.snapshot_date', 'day') }}
            as days_known,
        case
            when {{ age_days('weeks.snapshot_date') }} < 14 then null
            when
                prospects.first_purchase_date
                <= {{ add_days('weeks.snapshot_date', 14) }}
                then 1
            else 0
        end as bought_within_14d
    from prospects
    cross join weeks
    where
        prospects.known_date <= weeks.snapshot_date
        and (
            prospects.first_purchase_date is null
            or prospects.first_purchase_date > weeks.snapshot_date
        )
)

select * from int_prediction__leads
