-- One customer, seen as a line over time.
create table marts.person_timeline as
with accounts as (
    select
        person_id,
        if(
            source_customer_id is null, record_key, source || '|customer|' || source_customer_id
        ) as account,
        min(first_seen_at) as seen_at, any_value(source) as source,
        any_value(source_customer_id) as source_customer_id,
        min_by(account, (coalesce(seen_at, '-infinity'), account)) over (partition by person_id)
            as first_account,
    from records inner join person_map using (record_key)
    group by person_id, account
),

asked as (
    select
        inquiries._source || ':' || source_inquiry_id as inquiry_id, inquiries.channel, topic,
        opened_at, closed_at, coalesce(members.person_id, addresses.person_id) as person_id,
    from (
        from raw('inquiries')
        qualify row_number() over (
            partition by _source, source_inquiry_id
            order by _version desc nulls last, _file desc, _revision desc, _row desc
        ) = 1
    ) as inquiries
    left join members using (source_customer_id)
    left join addresses
        on inquiries.email_key = addresses.email_key and addresses.is_sole_holder
),

contracts as (
    select
        _source || ':' || source_subscription_id as subscription_id, person_id,
        source_product_id, started_at, cancelled_at,
    from (
        from raw('subscriptions')
        qualify row_number() over (
            partition by _source, source_subscription_id
            order by _version desc nulls last, _file desc, _revision desc, _row desc
        ) = 1
    )
    inner join members using (source_customer_id)
),

sold as (
    select
        fct_orders.*,
        coalesce(
            if(tokyo_day(updated_at) <= getvariable('as_of'), updated_at, null), delivered_at,
            fct_orders.ordered_at
        ) as changed_at,
    from marts.fct_orders
    inner join (select source, source_order_id, updated_at from all_orders)
        using (source, source_order_id)
),

happened as (
    select person_id, first_seen_at as occurred_at, 'first_seen' as event_kind,
        person_id as object_id,
    from persons
    union all by name
    select
        person_id, registered_at as occurred_at, 'sign_up' as event_kind,
        source || ':' || source_customer_id as object_id, source as detail,
    from (select *, source || '|customer|' || source_customer_id as record_key from customers)
    inner join person_map using (record_key)
    union all by name
    select
        person_id, seen_at as occurred_at, 'identity_merge' as event_kind,
        source || ':' || source_customer_id as object_id, source as detail,
    from accounts where account <> first_account and source_customer_id is not null
    union all by name
    select
        person_id, started_at as occurred_at, 'session' as event_kind, 'web' as channel,
        session_id as object_id, attribution as detail, attribution = 'backfill' as is_anonymous,
    from marts.fct_web_sessions
    union all by name
    select
        person_id, ordered_at as occurred_at, 'order' as event_kind, sales_channel as channel,
        order_id as object_id, net_sales + returned_amount as amount, currency, status as detail,
    from sold
    union all by name
    select
        person_id, delivered_at as occurred_at, 'delivery' as event_kind,
        sales_channel as channel, order_id as object_id,
    from sold
    union all by name
    select
        person_id, changed_at as occurred_at,
        if(status = 'cancelled', 'cancel', 'return') as event_kind, sales_channel as channel,
        order_id as object_id, -returned_amount as amount, currency, status as detail,
    from sold
    where status = 'cancelled' or status = 'returned' or returned_amount > 0
    union all by name
    select
        person_id, unnest([started_at, cancelled_at]) as occurred_at,
        unnest(['subscription_start', 'subscription_cancel']) as event_kind,
        subscription_id as object_id, source_product_id as detail,
    from contracts
    union all by name
    select
        person_id, unnest([opened_at, closed_at]) as occurred_at,
        unnest(['inquiry_opened', 'inquiry_closed']) as event_kind, channel,
        inquiry_id as object_id, topic as detail,
    from asked
    union all by name
    select distinct
        person_id, occurred_at, if(is_opt_in, 'consent_grant', 'consent_withdraw') as event_kind,
        channel, consent_id as object_id,
    from words
    union all by name
    select
        person_id, occurred_at,
        map {
            'processed': 'message_sent', 'delivered': 'message_delivered',
            'open': 'message_opened', 'click': 'message_clicked',
            'message_received': 'message_received', 'follow': 'line_follow',
            'unfollow': 'line_unfollow'
        }[event_type] as event_kind,
        channel, message_event_id as object_id, campaign_code as detail,
    from marts.fct_message_events
    where
        event_type in ('processed', 'delivered', 'message_received', 'follow', 'unfollow')
        or (event_type = 'open' and not is_machine_open)
        or (event_type = 'click' and is_human_engagement)
)

select
    concat_ws('|', event_kind, object_id, person_id) as timeline_id, person_id, occurred_at,
    tokyo_day(occurred_at) as event_date, event_kind, channel, object_id,
    amount::decimal(18, 3) as amount, currency, detail,
    coalesce(is_anonymous, false) as is_anonymous,
from happened
semi join persons using (person_id)
where tokyo_day(occurred_at) <= getvariable('as_of');
