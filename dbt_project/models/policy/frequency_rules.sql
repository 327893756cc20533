with frequency_limits as (
    select * from {{ ref('frequency_limits') }}
),

frequency_rules as (
    select
        medium,
        window_days,
        max_messages
    from frequency_limits
)

select * from frequency_rules
