with current_rows as (
    {{ current_rows(
        source('lake', 'inquiries'),
        ['source_inquiry_id'],
        where=known_by('opened_at') ~ ' or ' ~ at_once(),
        newest=var('refusals_count_at_once')
    ) }}
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
        {{ local_date(if_known('closed_at')) }} as closed_date,
        opened_at,
        {{ if_known('closed_at') }} as closed_at,
        {{ if_known('updated_at') }} as updated_at
    from current_rows
)

select * from stg_inquiries
