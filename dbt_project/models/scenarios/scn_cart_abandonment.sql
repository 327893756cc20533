with int_person__web_actions as (
    select * from {{ ref('int_person__web_actions') }}
),

ranked_adds as (
    select
        *,
        row_number() over (
            partition by person_id, occurred_date order by occurred_at desc, web_event_id desc
        ) as place
    from int_person__web_actions
    where event_type = 'cart_add'
),

scn_cart_abandonment as (
    select
        person_id,
        cast(occurred_date as {{ dbt.type_string() }}) as occurrence,
        occurred_at as anchor_at,
        product_id,
        'left a product in the cart' as why
    from ranked_adds
    where place = 1
)

select * from scn_cart_abandonment
