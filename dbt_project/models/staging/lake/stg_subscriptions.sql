with current_rows as (
    {{ current_rows(
        source('lake', 'subscriptions'), ['source_subscription_id'], where=known_by('started_at')
    ) }}
),

stg_subscriptions as (
    select
        _source || ':' || source_subscription_id as subscription_id,
        _source as source,
        source_subscription_id,
        source_customer_id,
        source_product_id,
        case when {{ known_by('cancelled_at') }} then cancel_reason end as cancel_reason,
        cycle_days,
        {{ local_date('started_at') }} as started_date,
        {{ local_date(if_known('paused_at')) }} as paused_date,
        {{ local_date(if_known('cancelled_at')) }} as cancelled_date,
        started_at,
        {{ if_known('paused_at') }} as paused_at,
        {{ if_known('cancelled_at') }} as cancelled_at,
        {{ if_known('updated_at') }} as updated_at
    from current_rows
)

select * from stg_subscriptions
