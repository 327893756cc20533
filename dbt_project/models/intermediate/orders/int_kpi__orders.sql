with fct_orders as (
    select * from {{ ref('fct_orders') }}
),

int_kpi__orders as (
    select
        ordered_date as kpi_date,
        count(case when is_purchase then 1 end) as orders,
        count(distinct case when is_purchase then person_id end) as buyers,
        count(distinct case when is_first_purchase then person_id end) as new_buyers,
        sum(net_sales) as net_sales,
        sum(case when is_first_purchase then net_sales else 0 end) as new_net_sales,
        sum(case when is_purchase then gross_profit end) as gross_profit,
        sum(returned_amount) as returned_amount,
        count(case when status = 'cancelled' then 1 end) as cancelled_orders
    from fct_orders
    group by ordered_date
)

select * from int_kpi__orders
