with int_policy__candidates as (
    select * from {{ ref('int_policy__candidates') }}
),

int_orders__open as (
    select * from {{ ref('int_orders__open') }}
),

waiting_persons as (
    select person_id
    from int_orders__open
    group by person_id
),

int_policy__waiting as (
    select
        int_policy__candidates.person_id,
        int_policy__candidates.sync,
        'open_delivery' as reason_code
    from int_policy__candidates
    inner join waiting_persons on int_policy__candidates.person_id = waiting_persons.person_id
)

select * from int_policy__waiting
