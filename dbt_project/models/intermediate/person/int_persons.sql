with int_identity__records as (
    select * from {{ ref('int_identity__records') }}
),

stg_person_map as (
    select * from {{ ref('stg_person_map') }}
),

stg_customers as (
    select * from {{ ref('stg_customers') }}
),

person_records as (
    select
        stg_person_map.person_id,
        int_identity__records.record_kind,
        int_identity__records.first_seen_at,
        stg_customers.registered_at,
        stg_customers.customer_id is not null
        and stg_customers.source = '{{ var("member_source") }}'
        and coalesce(stg_customers.is_active, true) as is_active_member
    from int_identity__records
    inner join stg_person_map on int_identity__records.record_key = stg_person_map.record_key
    left join stg_customers
        on
            int_identity__records.record_kind = 'customer'
            and int_identity__records.source = stg_customers.source
            and int_identity__records.source_customer_id = stg_customers.source_customer_id
    -- A record without a date has always been there.
    where
        int_identity__records.first_seen_at is null
        or {{ local_date('int_identity__records.first_seen_at') }} <= {{ as_of_date() }}
),

int_persons as (
    select
        person_id,
        min(first_seen_at) as first_seen_at,
        min(registered_at) as registered_at,
        max(case when is_active_member then 1 else 0 end) = 1 as is_member,
        min(case when record_kind = 'order' then 1 else 0 end) = 1 as is_guest_only
    from person_records
    group by person_id
)

select * from int_persons
