with current_rows as (
    {{ current_rows(source('lake', 'inquiries'), ['source_inquiry_id']) }}
),

stg_inquiries as (
    select
        _source || ':' || source_inquiry_id as inquiry_id,
        _source as source,
        source_inquiry_id,
        source_customer_id,
        email,
        channel,
        topic,
        email_key,
        email_status,
        {{ local_date('opened_at') }} as opened_date,
        {{ local_date('closed_at') }} as closed_date,
        opened_at,
        closed_at,
        updated_at
    from current_rows
)

select * from stg_inquiries
