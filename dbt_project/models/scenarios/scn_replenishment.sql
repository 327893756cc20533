with rpt_repurchase_due as (
    select * from {{ ref('rpt_repurchase_due') }}
),

int_person__item_arrivals as (
    select * from {{ ref('int_person__item_arrivals') }}
),

-- What came late is not asked about before half of it is used up.
awaited as (
    select
        rpt_repurchase_due.person_id,
        rpt_repurchase_due.product_id,
        rpt_repurchase_due.last_bought_date,
        greatest(
            rpt_repurchase_due.remind_from_date,
            {{ add_days(
                'int_person__item_arrivals.arrived_date',
                'cast(ceil(rpt_repurchase_due.cycle_days / 2) as integer) + 1'
            ) }}
        ) as remind_date
    from rpt_repurchase_due
    left join int_person__item_arrivals
        on
            rpt_repurchase_due.person_id = int_person__item_arrivals.person_id
            and rpt_repurchase_due.product_id = int_person__item_arrivals.item_id
            and rpt_repurchase_due.last_bought_date = int_person__item_arrivals.bought_date
    where rpt_repurchase_due.is_in_stock and rpt_repurchase_due.remind_from_date is not null
),

scn_replenishment as (
    -- Keyed by the last purchase: the expected day moves as the cycle is learned anew.
    select
        person_id,
        cast(last_bought_date as {{ dbt.type_string() }}) || '|' || product_id as occurrence,
        {{ local_midnight('remind_date') }} as anchor_at,
        product_id,
        'pack soon used up' as why
    from awaited
)

select * from scn_replenishment
