with rpt_repurchase_due as (
    select * from {{ ref('rpt_repurchase_due') }}
),

scn_replenishment as (
    -- Keyed by the last purchase: the expected day moves as the cycle is learned anew.
    select
        person_id,
        cast(last_bought_date as {{ dbt.type_string() }}) || '|' || product_id as occurrence,
        {{ local_midnight('remind_from_date') }} as anchor_at,
        product_id,
        'pack soon used up' as why
    from rpt_repurchase_due
    where is_in_stock and remind_from_date is not null
)

select * from scn_replenishment
