{{ config(materialized=events_materialization(), unique_key='web_event_id') }}

with arrived as (
    {{ arrived_rows(source('lake', 'web_events')) }}
),

current_rows as (
    {{ current_rows('arrived', ['event_id'], where=known_by('occurred_at'), newest=true) }}
),

web_events as (
    select
        _source || ':' || event_id as web_event_id,
        _source as source,
        event_id,
        anonymous_id,
        source_customer_id,
        source_product_id,
        source_order_id,
        event_type,
        page_url,
        referrer,
        utm_source,
        utm_medium,
        utm_campaign,
        search_term,
        user_agent,
        ip_address,
        line_user_id,
        email,
        email_key,
        mail_send_id,
        http_status,
        {{ local_date('occurred_at') }} as occurred_date,
        occurred_at,
        _version,
        _file,
        _revision,
        _row,
        _loaded_at
    from current_rows
),

stg_web_events as (
    {{ staged_rows('web_events', 'web_event_id') }}
)

select * from stg_web_events
