with int_subscriptions as (
    select * from {{ ref('int_subscriptions') }}
),

stg_orders as (
    select * from {{ ref('stg_orders') }}
),

fct_orders as (
    select * from {{ ref('fct_orders') }}
),

-- The contract may be kept in another source than its orders; the order's own source goes first.
matched_orders as (
    select
        fct_orders.order_id,
        fct_orders.ordered_at,
        int_subscriptions.subscription_id,
        row_number() over (
            partition by fct_orders.order_id
            order by
                case when int_subscriptions.source = fct_orders.source then 0 else 1 end,
                int_subscriptions.subscription_id
        ) as match_rank
    from fct_orders
    inner join stg_orders on fct_orders.order_id = stg_orders.order_id
    inner join int_subscriptions
        on stg_orders.source_subscription_id = int_subscriptions.source_subscription_id
    where fct_orders.is_purchase
),

int_subscriptions__deliveries as (
    select
        subscription_id,
        order_id,
        row_number() over (
            partition by subscription_id order by ordered_at, order_id
        ) as delivery_no
    from matched_orders
    where match_rank = 1
)

select * from int_subscriptions__deliveries
