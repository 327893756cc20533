-- Who is who: records, and the edges between them.
create schema identity;

create temp table records as
with linked as (
    select reason as source_customer_id, 'ec_cube' as source,
        arg_min(recipient, (-epoch_us(occurred_at), recipient)) as linked_user_id,
    from (
        from raw('message_events')
        qualify row_number() over (
            partition by _source, provider_event_id
            order by _version desc nulls last, _file desc, _revision desc, _row desc
        ) = 1
    )
    where channel = 'line' and event_type = 'account_link' and reason is not null
    group by reason
),

-- A mall names its members only on their orders.
stated as (
    select *, 'customer' as record_kind, coalesce(registered_at, updated_at) as first_seen_at
    from customers
    union all by name
    select source, source_customer_id, 'customer' as record_kind, min(ordered_at) as first_seen_at
    from all_orders anti join customers using (source, source_customer_id)
    where source_customer_id is not null
    group by source, source_customer_id
    union all by name
    select *, 'order' as record_kind, ordered_at as first_seen_at
    from all_orders where coalesce(email_key, name_key, kana_key, phone) is not null
)

select
    concat_ws('|', source, record_kind, coalesce(source_order_id, source_customer_id))
        as record_key,
    record_kind, source, source_customer_id, first_seen_at, email_key, email_status,
    email_loose_key, phone_key, name_key, name_loose_key, given_name_key, kana_key, given_kana_key,
    romaji_key, address_key, birth_key,
    if(record_kind = 'customer', coalesce(line_user_id, linked_user_id), null) as line_user_id,
from stated left join linked using (source, source_customer_id);

