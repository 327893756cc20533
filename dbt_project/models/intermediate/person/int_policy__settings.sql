with policy_settings as (
    select * from {{ ref('policy_settings') }}
),

int_policy__settings as (
    select
        cast(max(case when setting = 'grace_days' then value end) as bigint) as grace_days,
        cast(max(case when setting = 'unpaid_order_days' then value end) as bigint)
            as unpaid_order_days,
        cast(max(case when setting = 'untracked_order_days' then value end) as bigint)
            as untracked_order_days,
        cast(max(case when setting = 'transit_min_parcels' then value end) as bigint)
            as transit_min_parcels,
        cast(max(case when setting = 'transit_default_days' then value end) as bigint)
            as transit_default_days,
        cast(max(case when setting = 'soft_bounces' then value end) as bigint) as soft_bounces,
        cast(max(case when setting = 'soft_bounce_days' then value end) as bigint)
            as soft_bounce_days,
        cast(max(case when setting = 'owned_days' then value end) as bigint) as owned_days,
        max(case when setting = 'interest_floor' then value end) as interest_floor,
        max(case when setting = 'global_holdout_percent' then value end) as global_holdout_percent
    from policy_settings
)

select * from int_policy__settings
