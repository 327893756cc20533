with int_items__lines as (
    select * from {{ ref('int_items__lines') }}
),

int_items__f2 as (
    select * from {{ ref('int_items__f2') }}
),

abc_limits as (
    select * from {{ ref('abc_limits') }}
),

names as (
    select
        item_kind,
        item_id,
        min(item_name) as item_name
    from int_items__lines
    group by item_kind, item_id
),

sales as (
    select
        item_kind,
        item_id,
        sum(net_sales) as net_sales,
        case when count(*) = count(gross_profit) then sum(gross_profit) end as gross_profit
    from int_items__lines
    where {{ within_months('purchase_date', var('abc_window_months')) }}
    group by item_kind, item_id
),

-- An item whose cost is unknown has no profit to be ranked by.
measured as (
    select
        item_kind,
        item_id,
        'net_sales' as measure,
        {{ money('net_sales') }} as amount
    from sales
    union all
    select
        item_kind,
        item_id,
        'gross_profit' as measure,
        {{ money('gross_profit') }} as amount
    from sales
    where gross_profit is not null
    union all
    select
        item_kind,
        item_id,
        'f2_power' as measure,
        {{ money('f2_buyers') }} as amount
    from int_items__f2
),

ranked as (
    select
        *,
        row_number() over (
            partition by item_kind, measure order by amount desc, item_id asc
        ) as item_rank,
        {{ money('sum(amount) over (partition by item_kind, measure)') }} as total,
        {{ money('sum(amount) over (
            partition by item_kind, measure
            order by amount desc, item_id asc rows between unbounded preceding and current row
        )') }} as cumulative_amount
    from measured
),

rpt_abc_products as (
    select
        ranked.item_kind,
        ranked.measure,
        cast(ranked.item_rank as bigint) as item_rank,
        ranked.item_id,
        names.item_name,
        ranked.amount,
        cast(ranked.amount as double) / cast(nullif(ranked.total, 0) as double) as share,
        cast(ranked.cumulative_amount as double) / cast(nullif(ranked.total, 0) as double)
            as cumulative_share,
        case
            when ranked.total <= 0 then 'C'
            when ranked.cumulative_amount - ranked.amount < ranked.total * abc_limits.class_a_below
                then 'A'
            when ranked.cumulative_amount - ranked.amount < ranked.total * abc_limits.class_b_below
                then 'B'
            else 'C'
        end as abc_class,
        int_items__f2.first_buyers,
        int_items__f2.f2_ratio,
        int_items__f2.f2_lift,
        {{ as_of_date() }} as as_of_date,
        case when ranked.measure <> 'f2_power' then '{{ var("currency") }}' end as currency
    from ranked
    cross join abc_limits
    inner join names
        on ranked.item_kind = names.item_kind and ranked.item_id = names.item_id
    left join int_items__f2
        on
            ranked.measure = 'f2_power'
            and ranked.item_kind = int_items__f2.item_kind
            and ranked.item_id = int_items__f2.item_id
)

select * from rpt_abc_products
