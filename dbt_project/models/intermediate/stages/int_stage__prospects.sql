with int_persons as (
    select * from {{ ref('int_persons') }}
),

int_person__orders as (
    select * from {{ ref('int_person__orders') }}
),

int_stage__signals as (
    select * from {{ ref('int_stage__signals') }}
),

first_signals as (
    select
        person_id,
        min(signal_date) as first_signal_date
    from int_stage__signals
    group by person_id
),

-- A person begins with the first record, not with what a browser did before. The day 1900-01-01
-- stands for a person of whom no fact is dated.
int_stage__prospects as (
    select
        int_persons.person_id,
        coalesce(
            {{ local_date('least(int_persons.first_seen_at, int_persons.registered_at)') }},
            first_signals.first_signal_date,
            date '1900-01-01'
        ) as begins_on,
        int_person__orders.first_purchase_date
    from int_persons
    left join first_signals on int_persons.person_id = first_signals.person_id
    left join int_person__orders on int_persons.person_id = int_person__orders.person_id
)

select * from int_stage__prospects
