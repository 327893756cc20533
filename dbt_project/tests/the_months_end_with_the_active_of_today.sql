-- A returned row is the two numbers of active customers on as_of_date when they differ.
with rpt_repeat_monthly as (
    select * from {{ ref('rpt_repeat_monthly') }}
),

customer_360 as (
    select * from {{ ref('customer_360') }}
),

int_stage__limits as (
    select * from {{ ref('int_stage__limits') }}
),

today as (
    select count(*) as active
    from customer_360
    cross join int_stage__limits
    where
        customer_360.purchase_count > 0
        and customer_360.recency_days < int_stage__limits.dormant_customer_days
)

select
    rpt_repeat_monthly.active_at_end,
    today.active
from rpt_repeat_monthly
cross join today
where
    cast({{ dbt.dateadd('month', 1, 'rpt_repeat_monthly.month_start') }} as date)
    > {{ as_of_date() }}
    and rpt_repeat_monthly.active_at_end <> today.active
