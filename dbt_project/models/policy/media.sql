with media_rules as (
    select * from {{ ref('media_rules') }}
),

media as (
    select
        channel,
        consent_rule,
        quiet_from,
        quiet_until,
        counts_towards_cap
    from media_rules
)

select * from media
