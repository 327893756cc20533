with stg_orders as (
    select * from {{ ref('stg_orders') }}
),

stg_person_map as (
    select * from {{ ref('stg_person_map') }}
),

order_statuses as (
    select * from {{ ref('order_statuses') }}
),

customer_persons as (
    select * from stg_person_map
),

contact_persons as (
    select * from stg_person_map
),

int_orders__attributed as (
    select
        stg_orders.order_id,
        stg_orders.source,
        stg_orders.source_order_id,
        coalesce(customer_persons.person_id, contact_persons.person_id) as person_id,
        stg_orders.source_customer_id,
        stg_orders.status,
        stg_orders.sales_channel,
        stg_orders.campaign_code,
        coalesce(stg_orders.currency, '{{ var("currency") }}') as currency,
        stg_orders.discount,
        stg_orders.shipping_fee,
        stg_orders.total as source_total,
        coalesce(order_statuses.is_purchase, false) as is_purchase_status,
        coalesce(order_statuses.is_settled, false) as is_settled,
        case
            when coalesce(customer_persons.person_id, contact_persons.person_id) is null
                then 'unattributed'
            when order_statuses.status is null then 'pending'
            when not order_statuses.is_purchase then order_statuses.exclusion_reason
        end as exclusion_reason,
        stg_orders.ordered_date,
        stg_orders.ordered_at
    from stg_orders
    left join customer_persons
        on
            stg_orders.source || '|customer|' || stg_orders.source_customer_id
            = customer_persons.record_key
    left join contact_persons
        on stg_orders.source || '|order|' || stg_orders.source_order_id = contact_persons.record_key
    left join order_statuses on stg_orders.status = order_statuses.status
    where stg_orders.ordered_date <= {{ as_of_date() }}
)

select * from int_orders__attributed
