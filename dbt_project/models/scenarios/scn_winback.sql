with int_person__cycles as (
    select * from {{ ref('int_person__cycles') }}
),

scn_winback as (
    select
        person_id,
        cast(last_purchase_date as {{ dbt.type_string() }}) as occurrence,
        {{ local_midnight('next_p80_date') }} as anchor_at,
        cast(null as {{ dbt.type_string() }}) as product_id,
        'four of five such buyers would be back by now' as why
    from int_person__cycles
    where next_p80_date is not null
)

select * from scn_winback
