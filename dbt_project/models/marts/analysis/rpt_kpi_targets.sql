with int_kpi__period_figures as (
    select * from {{ ref('int_kpi__period_figures') }}
),

kpi_targets as (
    select * from {{ ref('kpi_targets') }}
),

-- The last target that was in force when the period began.
ranked_targets as (
    select
        int_kpi__period_figures.*,
        kpi_targets.kpi,
        kpi_targets.target,
        kpi_targets.direction,
        kpi_targets.label_ja,
        kpi_targets.label_en,
        row_number() over (
            partition by
                int_kpi__period_figures.period,
                int_kpi__period_figures.period_start,
                kpi_targets.kpi
            order by kpi_targets.valid_from desc
        ) as target_rank
    from int_kpi__period_figures
    inner join kpi_targets
        on
            int_kpi__period_figures.period = kpi_targets.period
            and int_kpi__period_figures.period_start >= kpi_targets.valid_from
),

measured as (
    select
        *,
        case kpi
            when 'net_sales' then cast(net_sales as double)
            when 'orders' then cast(orders as double)
            when 'buyers' then cast(buyers as double)
            when 'new_buyers' then cast(new_buyers as double)
            when 'average_order_value'
                then cast(net_sales as double) / nullif(cast(orders as double), 0)
            when 'gross_margin'
                then cast(gross_profit as double) / nullif(cast(costed_sales as double), 0)
            when 'repeat_rate' then repeat_rate
            when 'f2_rate_90d'
                then cast(converted_buyers as double) / nullif(cast(matured_buyers as double), 0)
            when 'active_customers' then cast(active_customers as double)
            when 'churn_rate'
                then cast(churned as double) / nullif(cast(active_at_start as double), 0)
            when 'unsubscribe_rate'
                then cast(unsubscribes as double) / nullif(cast(emails_delivered as double), 0)
        end as kpi_value
    from ranked_targets
    where target_rank = 1
),

rpt_kpi_targets as (
    select
        kpi,
        label_ja,
        label_en,
        period,
        period_start,
        kpi_value,
        target,
        direction,
        kpi_value - target as gap,
        case
            when direction = 'at_least' then kpi_value >= target
            else kpi_value <= target
        end as is_met,
        '{{ var("currency") }}' as currency,
        {{ as_of_date() }} as as_of_date
    from measured
)

select * from rpt_kpi_targets
