with stage_limits as (
    select * from {{ ref('stage_limits') }}
),

int_stage__limits as (
    select
        max(case when limit_name = 'visitor_days' then limit_value end) as visitor_days,
        max(case when limit_name = 'hot_lead_cart_days' then limit_value end)
            as hot_lead_cart_days,
        max(case when limit_name = 'hot_lead_view_days' then limit_value end)
            as hot_lead_view_days,
        max(case when limit_name = 'hot_lead_view_count' then limit_value end)
            as hot_lead_view_count,
        max(case when limit_name = 'dormant_lead_days' then limit_value end) as dormant_lead_days,
        max(case when limit_name = 'dormant_customer_days' then limit_value end)
            as dormant_customer_days
    from stage_limits
)

select * from int_stage__limits
