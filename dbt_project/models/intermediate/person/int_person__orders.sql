with fct_orders as (
    select * from {{ ref('fct_orders') }}
),

int_orders__attributed as (
    select * from {{ ref('int_orders__attributed') }}
),

int_purchases as (
    select * from {{ ref('int_purchases') }}
),

order_counts as (
    select
        fct_orders.person_id,
        count(*) as order_count,
        count(case when fct_orders.status = 'cancelled' then 1 end) as cancelled_order_count,
        count(case when fct_orders.is_purchase then 1 end) as purchase_order_count,
        sum(fct_orders.net_sales) as net_sales,
        sum(case when fct_orders.is_purchase then fct_orders.gross_profit end) as gross_profit,
        sum(fct_orders.returned_amount) as returned_amount,
        max(fct_orders.delivered_at) as last_delivered_at,
        -- An order that waits for payment is as good as under way: nobody is asked to buy again.
        max(
            case
                when fct_orders.is_open_delivery then 1
                when
                    fct_orders.exclusion_reason = 'pending'
                    and {{ age_days('fct_orders.ordered_date') }}
                    <= {{ var('open_delivery_max_days') }}
                    then 1
                else 0
            end
        ) = 1 as has_open_delivery,
        max(case when not int_orders__attributed.is_settled then 1 else 0 end) = 1
            as has_unsettled_order
    from fct_orders
    inner join int_orders__attributed on fct_orders.order_id = int_orders__attributed.order_id
    where fct_orders.person_id is not null
    group by fct_orders.person_id
),

purchase_counts as (
    select
        person_id,
        count(*) as purchase_count,
        min(purchase_date) as first_purchase_date,
        max(purchase_date) as last_purchase_date,
        max(case when purchase_no = 1 then delivered_at end) as first_delivered_at,
        max(case when purchase_no = 2 then purchase_date end) as second_purchase_date
    from int_purchases
    group by person_id
),

int_person__orders as (
    select
        order_counts.*,
        coalesce(purchase_counts.purchase_count, 0) as purchase_count,
        purchase_counts.first_purchase_date,
        purchase_counts.last_purchase_date,
        purchase_counts.first_delivered_at,
        purchase_counts.second_purchase_date
    from order_counts
    left join purchase_counts on order_counts.person_id = purchase_counts.person_id
)

select * from int_person__orders
