with seg_first_purchase as (
    select * from {{ ref('seg_first_purchase') }}
),

scn_first_purchase as (
    select
        person_id,
        cast(entered_at as {{ dbt.type_string() }}) as occurrence,
        entered_at as anchor_at,
        last_product_id as product_id,
        reason as why
    from seg_first_purchase
)

select * from scn_first_purchase
