with customer_360 as (
    select * from {{ ref('customer_360') }}
),

scn_welcome as (
    select
        person_id,
        cast(registered_at as {{ dbt.type_string() }}) as occurrence,
        registered_at as anchor_at,
        cast(null as {{ dbt.type_string() }}) as product_id,
        'became a member' as why
    from customer_360
    where is_member and registered_at is not null
)

select * from scn_welcome
