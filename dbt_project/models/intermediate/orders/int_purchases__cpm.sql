with int_purchases as (
    select * from {{ ref('int_purchases') }}
),

cpm_limits as (
    select * from {{ ref('cpm_limits') }}
),

limits as (
    select
        churn_days,
        early_days,
        long_days,
        trend_includes_early,
        coalesce(
            cast({{ 'null' if var('cpm_amount') is none else var('cpm_amount') }} as decimal(18, 3)),
            amount
        ) as amount
    from cpm_limits
),

accumulated as (
    select
        person_id,
        purchase_no,
        purchase_date,
        lead(purchase_date) over (partition by person_id order by purchase_no)
            as next_purchase_date,
        min(purchase_date) over (partition by person_id) as first_purchase_date,
        sum(net_sales) over (
            partition by person_id
            order by purchase_no rows between unbounded preceding and current row
        ) as net_sales
    from int_purchases
),

measured as (
    select
        *,
        {{ dbt.datediff('first_purchase_date', 'purchase_date', 'day') }} as tenure_days
    from accumulated
),

-- A rank changes with a purchase only: its days end at the last purchase.
int_purchases__cpm as (
    select
        measured.person_id,
        measured.purchase_no,
        measured.first_purchase_date,
        measured.purchase_date,
        measured.next_purchase_date,
        measured.tenure_days,
        measured.net_sales,
        case
            when measured.purchase_no = 1 then 'first'
            when
                measured.tenure_days < limits.early_days
                and not (
                    limits.trend_includes_early and measured.net_sales >= limits.amount
                )
                then 'early'
            when measured.net_sales < limits.amount then 'steady'
            when measured.tenure_days < limits.long_days then 'trend'
            else 'best'
        end as cpm_rank,
        {{ add_days('measured.purchase_date', 'limits.churn_days') }} as lapse_date
    from measured
    cross join limits
)

select * from int_purchases__cpm
