with seg_first_purchase as (
    select * from {{ ref('seg_first_purchase') }}
),

seg_second_purchase as (
    select * from {{ ref('seg_second_purchase') }}
),

seg_winback as (
    select * from {{ ref('seg_winback') }}
),

-- A new segment is one more branch here; no rule of the policy changes.
int_policy__members as (
    select
        'seg_first_purchase' as segment,
        person_id,
        entered_at,
        last_product_id as product_id
    from seg_first_purchase
    union all
    select
        'seg_second_purchase' as segment,
        person_id,
        entered_at,
        cast(null as {{ dbt.type_string() }}) as product_id
    from seg_second_purchase
    union all
    select
        'seg_winback' as segment,
        person_id,
        entered_at,
        cast(null as {{ dbt.type_string() }}) as product_id
    from seg_winback
)

select * from int_policy__members
