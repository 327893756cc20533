-- A returned row is a currency whose amounts on the lines differ from the net sales of its orders.
with person_timeline as (
    select * from {{ ref('person_timeline') }}
),

fct_orders as (
    select * from {{ ref('fct_orders') }}
),

customer_360 as (
    select * from {{ ref('customer_360') }}
),

amounts as (
    select
        currency,
        sum(amount) as amount
    from person_timeline
    where amount is not null
    group by currency
),

sales as (
    select
        fct_orders.currency,
        sum(fct_orders.net_sales) as net_sales
    from fct_orders
    inner join customer_360 on fct_orders.person_id = customer_360.person_id
    group by fct_orders.currency
)

select
    sales.currency,
    sales.net_sales,
    amounts.amount
from sales
full outer join amounts on sales.currency = amounts.currency
where coalesce(sales.net_sales, 0) <> coalesce(amounts.amount, 0)
