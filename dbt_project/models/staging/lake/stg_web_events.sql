with current_rows as (
    {{ current_rows(
        source('lake', 'web_events'), ['event_id'], where=known_by('occurred_at'), newest=true
    ) }}
),

stg_web_events as (
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
        occurred_at
    from current_rows
)

select * from stg_web_events
