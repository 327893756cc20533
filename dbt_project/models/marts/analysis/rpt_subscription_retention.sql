with int_subscriptions as (
    select * from {{ ref('int_subscriptions') }}
),

int_subscriptions__deliveries as (
    select * from {{ ref('int_subscriptions__deliveries') }}
),

delivery_counts as (
    select
        subscription_id,
        count(*) as deliveries
    from int_subscriptions__deliveries
    group by subscription_id
),

histories as (
    select
        int_subscriptions.subscription_id,
        int_subscriptions.start_month,
        int_subscriptions.cancelled_date is not null as is_cancelled,
        coalesce(delivery_counts.deliveries, 0) as deliveries
    from int_subscriptions
    left join delivery_counts
        on int_subscriptions.subscription_id = delivery_counts.subscription_id
),

-- Where no order names its subscription, nothing is known of deliveries: no rows.
delivery_numbers as (
    select series.delivery_index + 1 as delivery_no
    from {{ series('(select nullif(max(deliveries), 0) from histories)', 'delivery_index') }}
),

-- A subscription reaches its next delivery when it has had all before it.
counted as (
    select
        histories.start_month,
        delivery_numbers.delivery_no,
        count(*) as reached,
        count(case when histories.deliveries >= delivery_numbers.delivery_no then 1 end) as shipped,
        count(
            case
                when
                    histories.deliveries < delivery_numbers.delivery_no and histories.is_cancelled
                    then 1
            end
        ) as cancelled
    from histories
    inner join delivery_numbers on histories.deliveries >= delivery_numbers.delivery_no - 1
    group by histories.start_month, delivery_numbers.delivery_no
),

-- Where nothing is known of a delivery, nothing is known of those after it either.
summed as (
    select
        *,
        first_value(reached) over up as subscriptions,
        first_value(shipped) over up as first_shipped,
        min(shipped) over up as fewest_shipped,
        sum(
            case when shipped > 0 then ln(shipped / cast(shipped + cancelled as double)) end
        ) over up as log_survival,
        min(shipped + cancelled) over up as fewest_known
    from counted
    window up as (
        partition by start_month order by delivery_no
        rows between unbounded preceding and current row
    )
),

rpt_subscription_retention as (
    select
        start_month,
        cast(delivery_no as bigint) as delivery_no,
        subscriptions,
        reached,
        shipped,
        cancelled,
        reached - shipped - cancelled as waiting,
        cast(shipped as double) / nullif(first_shipped, 0) as shipped_ratio,
        case
            when fewest_known = 0 then null
            when fewest_shipped = 0 then 0
            else exp(log_survival)
        end as survival_ratio,
        {{ as_of_date() }} as as_of_date
    from summed
)

select * from rpt_subscription_retention
