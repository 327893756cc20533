{# A record speaks with all keys of its source row; the list keeps both kinds alike. #}
{% set keys = [
    'email_key', 'email_status', 'email_loose_key', 'phone_key', 'phone_kind', 'name_key',
    'name_loose_key', 'given_name_key', 'family_name_key', 'kana_key', 'given_kana_key',
    'romaji_key', 'postal_key', 'address_key', 'birth_key', 'company_key',
] %}

with stg_customers as (
    select * from {{ ref('stg_customers') }}
),

stg_orders as (
    select * from {{ ref('stg_orders') }}
),

stg_message_events as (
    select * from {{ ref('stg_message_events') }}
),

-- A mall names its members only on their orders.
ordering_customers as (
    select
        source,
        source_customer_id,
        min(ordered_at) as first_ordered_at
    from stg_orders
    where source_customer_id is not null
    group by source, source_customer_id
),

-- LINE reports an account link with the nonce that the shop issued: the member's id.
account_links as (
    select
        reason as source_customer_id,
        recipient as line_user_id,
        row_number() over (
            partition by reason
            order by occurred_at desc, recipient asc
        ) as link_rank
    from stg_message_events
    where
        channel = 'line'
        and event_type = 'account_link'
        and reason is not null
        and recipient is not null
),

customers as (
    select
        coalesce(stg_customers.source, ordering_customers.source) as source,
        coalesce(stg_customers.source_customer_id, ordering_customers.source_customer_id)
            as source_customer_id,
        stg_customers.line_user_id,
        {% for key in keys -%}
        stg_customers.{{ key }},
        {% endfor -%}
        case
            when stg_customers.customer_id is null then ordering_customers.first_ordered_at
            else coalesce(stg_customers.registered_at, stg_customers.updated_at)
        end as first_seen_at
    from stg_customers
    full outer join ordering_customers
        on
            stg_customers.source = ordering_customers.source
            and stg_customers.source_customer_id = ordering_customers.source_customer_id
),

int_identity__records as (
    select
        customers.source || '|customer|' || customers.source_customer_id as record_key,
        customers.source,
        'customer' as record_kind,
        customers.source_customer_id,
        coalesce(customers.line_user_id, account_links.line_user_id) as line_user_id,
        {% for key in keys -%}
        customers.{{ key }},
        {% endfor -%}
        customers.first_seen_at
    from customers
    left join account_links
        on
            customers.source = '{{ var("member_source") }}'
            and customers.source_customer_id = account_links.source_customer_id
            and account_links.link_rank = 1
    union all
    select
        source || '|order|' || source_order_id as record_key,
        source,
        'order' as record_kind,
        source_customer_id,
        cast(null as {{ dbt.type_string() }}) as line_user_id,
        {% for key in keys -%}
        {{ key }},
        {% endfor -%}
        ordered_at as first_seen_at
    from stg_orders
    where
        email_key is not null
        or name_key is not null
        or kana_key is not null
        or phone is not null
)

select * from int_identity__records
