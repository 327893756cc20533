-- A returned row is a source with more orders whose lines do not add up to the subtotal that the
-- source states than it has refused order lines to explain them.
with stg_orders as (
    select * from {{ ref('stg_orders') }}
),

fct_order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

stg_quarantined_rows as (
    select * from {{ ref('stg_quarantined_rows') }}
),

line_totals as (
    select
        order_id,
        sum(gross_sales) as amount
    from fct_order_lines
    group by order_id
),

disagreeing as (
    select
        stg_orders.source,
        count(*) as orders
    from stg_orders
    left join line_totals on stg_orders.order_id = line_totals.order_id
    where
        stg_orders.subtotal is not null
        and stg_orders.ordered_date <= {{ as_of_date() }}
        and stg_orders.subtotal <> coalesce(line_totals.amount, 0)
    group by stg_orders.source
),

refused as (
    select
        source,
        count(*) as lines
    from stg_quarantined_rows
    where entity = 'order_lines'
    group by source
)

select
    disagreeing.source,
    disagreeing.orders,
    coalesce(refused.lines, 0) as refused_lines
from disagreeing
left join refused on disagreeing.source = refused.source
where disagreeing.orders > coalesce(refused.lines, 0)
