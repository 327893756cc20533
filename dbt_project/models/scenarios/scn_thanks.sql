with fct_orders as (
    select * from {{ ref('fct_orders') }}
),

scn_thanks as (
    select
        person_id,
        order_id as occurrence,
        ordered_at as anchor_at,
        cast(null as {{ dbt.type_string() }}) as product_id,
        'bought' as why
    from fct_orders
    where is_purchase and person_id is not null
)

select * from scn_thanks
