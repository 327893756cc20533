with stg_subscriptions as (
    select * from {{ ref('stg_subscriptions') }}
),

int_subscriptions as (
    select
        subscription_id,
        source,
        source_subscription_id,
        started_date,
        cast({{ dbt.date_trunc('month', 'started_date') }} as date) as start_month,
        paused_date,
        cancelled_date,
        -- It leaves the running ones once: by what came first, on one day by the cancellation.
        case
            when cancelled_date <= coalesce(paused_date, cancelled_date) then 'cancelled'
            when paused_date is not null then 'paused'
            else 'running'
        end as left_by,
        coalesce(least(paused_date, cancelled_date), paused_date, cancelled_date) as left_date
    from stg_subscriptions
    where started_date is not null
)

select * from int_subscriptions
