with stg_customers as (
    select * from {{ ref('stg_customers') }}
),

stg_orders as (
    select * from {{ ref('stg_orders') }}
),

stg_person_map as (
    select * from {{ ref('stg_person_map') }}
),

-- A record that has left counts at once, one that lets somebody in only up to as_of_date.
records as (
    select
        source || '|customer|' || source_customer_id as record_key,
        not coalesce(is_active, true) as is_gone,
        source = '{{ var("member_source") }}'
        and coalesce(is_active, true)
        and coalesce(registered_date <= {{ as_of_date() }}, true) as is_active_member,
        false as is_own_guest
    from stg_customers
    union all
    select
        source || '|order|' || source_order_id as record_key,
        false as is_gone,
        false as is_active_member,
        source_customer_id is null as is_own_guest
    from stg_orders
    where source = '{{ var("member_source") }}' and ordered_date <= {{ as_of_date() }}
),

person_records as (
    select
        stg_person_map.person_id,
        max(case when records.is_gone then 1 else 0 end) as gone,
        max(case when records.is_active_member then 1 else 0 end) as active_member,
        max(case when records.is_own_guest then 1 else 0 end) as own_guest
    from records
    inner join stg_person_map on records.record_key = stg_person_map.record_key
    group by stg_person_map.person_id
),

int_person__standing as (
    select
        person_id,
        gone = 1 and active_member = 0 as has_left,
        active_member = 1 or own_guest = 1 as is_own_customer
    from person_records
)

select * from int_person__standing
