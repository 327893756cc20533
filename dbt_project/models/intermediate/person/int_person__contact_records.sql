with stg_customers as (
    select * from {{ ref('stg_customers') }}
),

stg_orders as (
    select * from {{ ref('stg_orders') }}
),

stg_person_map as (
    select * from {{ ref('stg_person_map') }}
),

contact_records as (
    select
        source || '|customer|' || source_customer_id as record_key,
        case when source = '{{ var("member_source") }}' then 1 else 2 end as trust,
        coalesce(updated_at, registered_at) as stated_at,
        family_name,
        given_name,
        family_name_kana,
        given_name_kana,
        email,
        email_key,
        email_status,
        phone,
        postal_code,
        prefecture,
        address_line1,
        address_line2,
        birth_date,
        gender,
        family_name_key,
        phone_key,
        phone_kind,
        address_key
    from stg_customers
    union all
    select
        source || '|order|' || source_order_id as record_key,
        3 as trust,
        ordered_at as stated_at,
        family_name,
        given_name,
        family_name_kana,
        given_name_kana,
        email,
        email_key,
        email_status,
        phone,
        postal_code,
        prefecture,
        address_line1,
        address_line2,
        birth_date,
        gender,
        family_name_key,
        phone_key,
        phone_kind,
        address_key
    from stg_orders
    where ordered_date <= {{ as_of_date() }}
),

int_person__contact_records as (
    select
        stg_person_map.person_id,
        contact_records.*,
        row_number() over (
            partition by stg_person_map.person_id
            order by
                contact_records.trust asc,
                contact_records.stated_at desc nulls last,
                contact_records.record_key asc
        ) as record_rank
    from contact_records
    inner join stg_person_map on contact_records.record_key = stg_person_map.record_key
)

select * from int_person__contact_records
