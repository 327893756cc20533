with int_purchases__next as (
    select * from {{ ref('int_purchases__next') }}
),

int_stage__limits as (
    select * from {{ ref('int_stage__limits') }}
),

month_span as (
    select
        cast({{ dbt.date_trunc('month', 'min(purchase_date)') }} as date) as first_month,
        {{ dbt.datediff('min(purchase_date)', as_of_date(), 'month') }} as last_offset
    from int_purchases__next
),

months as (
    select
        cast({{ dbt.dateadd('month', 'series.month_offset', 'month_span.first_month') }} as date)
            as month_start
    from {{ series('(select spans.last_offset from month_span as spans)', 'month_offset') }}
    cross join month_span
),

person_months as (
    select
        person_id,
        cast({{ dbt.date_trunc('month', 'purchase_date') }} as date) as month_start,
        count(*) as purchases,
        min(purchase_no) as first_purchase_no,
        max(case when purchase_no = 2 then 1 else 0 end) as became_repeater,
        sum(net_sales) as net_sales
    from int_purchases__next
    group by person_id, cast({{ dbt.date_trunc('month', 'purchase_date') }} as date)
),

month_sales as (
    select
        month_start,
        sum(purchases) as purchases,
        count(*) as buyers,
        count(case when first_purchase_no = 1 then 1 end) as new_buyers,
        count(case when first_purchase_no between 2 and 6 then 1 end) as stepped_up,
        sum(became_repeater) as new_repeaters,
        sum(net_sales) as net_sales,
        sum(case when first_purchase_no = 1 then net_sales else 0 end) as new_net_sales
    from person_months
    group by month_start
),

-- A silence that lasts longer than this ends in a return; one that still lasts has no end.
silences as (
    select
        {{ add_days(
            'int_purchases__next.purchase_date', 'int_stage__limits.dormant_customer_days'
        ) }} as churned_on,
        int_purchases__next.next_purchase_date as returned_on
    from int_purchases__next
    cross join int_stage__limits
    where
        coalesce(
            int_purchases__next.days_to_next > int_stage__limits.dormant_customer_days, true
        )
        and int_purchases__next.age_days >= int_stage__limits.dormant_customer_days
),

month_churn as (
    select
        cast({{ dbt.date_trunc('month', 'churned_on') }} as date) as month_start,
        count(*) as churned
    from silences
    group by cast({{ dbt.date_trunc('month', 'churned_on') }} as date)
),

month_returns as (
    select
        cast({{ dbt.date_trunc('month', 'returned_on') }} as date) as month_start,
        count(*) as returned
    from silences
    where returned_on is not null
    group by cast({{ dbt.date_trunc('month', 'returned_on') }} as date)
),

int_repeat__months as (
    select
        months.month_start,
        coalesce(month_sales.purchases, 0) as purchases,
        coalesce(month_sales.buyers, 0) as buyers,
        coalesce(month_sales.new_buyers, 0) as new_buyers,
        coalesce(month_sales.stepped_up, 0) as stepped_up,
        coalesce(month_sales.new_repeaters, 0) as new_repeaters,
        coalesce(month_sales.net_sales, 0) as net_sales,
        coalesce(month_sales.new_net_sales, 0) as new_net_sales,
        coalesce(month_churn.churned, 0) as churned,
        coalesce(month_returns.returned, 0) as returned
    from months
    left join month_sales on months.month_start = month_sales.month_start
    left join month_churn on months.month_start = month_churn.month_start
    left join month_returns on months.month_start = month_returns.month_start
)

select * from int_repeat__months
