with current_rows as (
    {{ current_rows(source('lake', 'subscriptions'), ['source_subscription_id']) }}
),

stg_subscriptions as (
    select
        _source || ':' || source_subscription_id as subscription_id,
        _source as source,
        source_subscription_id,
        source_customer_id,
        source_product_id,
        cancel_reason,
        cycle_days,
        {{ local_date('started_at') }} as started_date,
        {{ local_date('paused_at') }} as paused_date,
        {{ local_date('cancelled_at') }} as cancelled_date,
        started_at,
        paused_at,
        cancelled_at,
        updated_at
    from current_rows
)

select * from stg_subscriptions
