-- A returned row is a source and local day whose goods in the raw zone are not all found again,
-- to the last yen, in the order facts or among the lines set aside.
with stg_order_lines as (
    select * from {{ ref('stg_order_lines') }}
),

stg_orders as (
    select * from {{ ref('stg_orders') }}
),

fct_order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

fct_orders as (
    select * from {{ ref('fct_orders') }}
),

landed as (
    select
        stg_order_lines.source,
        stg_orders.ordered_date,
        sum(coalesce(stg_order_lines.quantity * stg_order_lines.unit_price, 0)) as amount
    from stg_order_lines
    left join stg_orders
        on
            stg_order_lines.source = stg_orders.source
            and stg_order_lines.source_order_id = stg_orders.source_order_id
    where
        stg_order_lines.line_kind = 'item'
        and (stg_orders.order_id is null or stg_orders.ordered_date <= {{ as_of_date() }})
    group by stg_order_lines.source, stg_orders.ordered_date
),

kept as (
    select
        source,
        ordered_date,
        sum(amount) as amount
    from (
        select
            source,
            ordered_date,
            gross_sales as amount
        from fct_orders
        union all
        -- What fct_orders leaves out of its goods: lines of nothing, at no price, of no order.
        select
            source,
            ordered_date,
            gross_sales as amount
        from fct_order_lines
        where
            ordered_date is null
            or not coalesce(quantity > 0 and unit_price > 0, false)
    ) as facts
    group by source, ordered_date
)

select
    landed.source,
    landed.ordered_date,
    landed.amount as landed_amount,
    kept.amount as kept_amount
from landed
full outer join kept
    on
        landed.source = kept.source
        and landed.ordered_date is not distinct from kept.ordered_date
where coalesce(landed.amount, 0) <> coalesce(kept.amount, 0)
