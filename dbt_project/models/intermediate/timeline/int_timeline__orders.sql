with fct_orders as (
    select * from {{ ref('fct_orders') }}
),

stg_orders as (
    select * from {{ ref('stg_orders') }}
),

stg_subscriptions as (
    select * from {{ ref('stg_subscriptions') }}
),

int_person__members as (
    select * from {{ ref('int_person__members') }}
),

person_orders as (
    select
        fct_orders.*,
        -- No source says when an order was sent back or cancelled, only when it last changed.
        coalesce(stg_orders.updated_at, fct_orders.delivered_at, fct_orders.ordered_at)
            as changed_at
    from fct_orders
    inner join stg_orders on fct_orders.order_id = stg_orders.order_id
    where fct_orders.person_id is not null
),

subscribers as (
    select
        stg_subscriptions.*,
        int_person__members.person_id
    from stg_subscriptions
    inner join int_person__members
        on stg_subscriptions.source_customer_id = int_person__members.source_customer_id
),

int_timeline__orders as (
    select
        person_id,
        ordered_at as occurred_at,
        'order' as event_kind,
        sales_channel as channel,
        order_id as object_id,
        net_sales + returned_amount as amount,
        currency,
        status as detail
    from person_orders
    union all
    select
        person_id,
        delivered_at as occurred_at,
        'delivery' as event_kind,
        sales_channel as channel,
        order_id as object_id,
        cast(null as decimal(18, 3)) as amount,
        cast(null as {{ dbt.type_string() }}) as currency,
        cast(null as {{ dbt.type_string() }}) as detail
    from person_orders
    where delivered_at is not null
    union all
    select
        person_id,
        changed_at as occurred_at,
        case when status = 'cancelled' then 'cancel' else 'return' end as event_kind,
        sales_channel as channel,
        order_id as object_id,
        -returned_amount as amount,
        currency,
        status as detail
    from person_orders
    where status in ('cancelled', 'returned') or returned_amount > 0
    union all
    select
        person_id,
        started_at as occurred_at,
        'subscription_start' as event_kind,
        cast(null as {{ dbt.type_string() }}) as channel,
        subscription_id as object_id,
        cast(null as decimal(18, 3)) as amount,
        cast(null as {{ dbt.type_string() }}) as currency,
        source_product_id as detail
    from subscribers
    where started_at is not null
    union all
    select
        person_id,
        cancelled_at as occurred_at,
        'subscription_cancel' as event_kind,
        cast(null as {{ dbt.type_string() }}) as channel,
        subscription_id as object_id,
        cast(null as decimal(18, 3)) as amount,
        cast(null as {{ dbt.type_string() }}) as currency,
        source_product_id as detail
    from subscribers
    where cancelled_at is not null
)

select * from int_timeline__orders
