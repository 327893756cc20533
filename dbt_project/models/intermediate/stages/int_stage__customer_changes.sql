with int_purchases as (
    select * from {{ ref('int_purchases') }}
),

int_stage__limits as (
    select * from {{ ref('int_stage__limits') }}
),

int_persons as (
    select * from {{ ref('int_persons') }}
),

following_purchases as (
    select
        int_purchases.person_id,
        int_purchases.purchase_no,
        int_purchases.purchase_date,
        lead(int_purchases.purchase_date) over (
            partition by int_purchases.person_id order by int_purchases.purchase_no
        ) as next_purchase_date,
        {{ add_days('int_purchases.purchase_date', 'int_stage__limits.dormant_customer_days') }}
            as dormant_from
    from int_purchases
    cross join int_stage__limits
    inner join int_persons on int_purchases.person_id = int_persons.person_id
),

-- Where several purchases share a day, the last of them says where the day ends.
int_stage__customer_changes as (
    select
        person_id,
        purchase_date as changed_on,
        case when purchase_no = 1 then 'customer' else 'repeater' end as to_stage,
        purchase_no
    from following_purchases
    where next_purchase_date is null or next_purchase_date > purchase_date
    union all
    select
        person_id,
        dormant_from as changed_on,
        'dormant_customer' as to_stage,
        cast(null as bigint) as purchase_no
    from following_purchases
    where
        dormant_from <= {{ as_of_date() }}
        and (next_purchase_date is null or dormant_from < next_purchase_date)
)

select * from int_stage__customer_changes
