with stg_customers as (
    select * from {{ ref('stg_customers') }}
),

stg_orders as (
    select * from {{ ref('stg_orders') }}
),

described_customers as (
    select
        source || '|customer|' || source_customer_id as record_key,
        source,
        'customer' as record_kind,
        source_customer_id,
        email_key,
        email_status,
        name_key,
        coalesce(registered_at, updated_at) as first_seen_at
    from stg_customers
),

-- A mall names its members only on their orders.
ordering_customers as (
    select
        stg_orders.source || '|customer|' || stg_orders.source_customer_id as record_key,
        stg_orders.source,
        'customer' as record_kind,
        stg_orders.source_customer_id,
        cast(null as varchar) as email_key,
        cast(null as varchar) as email_status,
        cast(null as varchar) as name_key,
        min(stg_orders.ordered_at) as first_seen_at
    from stg_orders
    left join stg_customers
        on
            stg_orders.source = stg_customers.source
            and stg_orders.source_customer_id = stg_customers.source_customer_id
    where
        stg_orders.source_customer_id is not null
        and stg_customers.source_customer_id is null
    group by stg_orders.source, stg_orders.source_customer_id
),

ordering_contacts as (
    select
        source || '|order|' || source_order_id as record_key,
        source,
        'order' as record_kind,
        source_customer_id,
        email_key,
        email_status,
        name_key,
        ordered_at as first_seen_at
    from stg_orders
    where
        email_key is not null
        or name_key is not null
        or phone is not null
),

int_identity__records as (
    select * from described_customers
    union all
    select * from ordering_customers
    union all
    select * from ordering_contacts
)

select * from int_identity__records
