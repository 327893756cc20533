with int_policy__candidates as (
    select * from {{ ref('int_policy__candidates') }}
),

customer_360 as (
    select * from {{ ref('customer_360') }}
),

int_policy__asking as (
    select
        int_policy__candidates.person_id,
        int_policy__candidates.sync,
        'open_inquiry' as reason_code
    from int_policy__candidates
    inner join customer_360 on int_policy__candidates.person_id = customer_360.person_id
    where customer_360.has_open_inquiry
)

select * from int_policy__asking
