with int_purchases__cpm as (
    select * from {{ ref('int_purchases__cpm') }}
),

cpm_groups as (
    select * from {{ ref('cpm_groups') }}
),

last_purchases as (
    select
        *,
        lapse_date <= {{ as_of_date() }} as is_lapsed
    from int_purchases__cpm
    where next_purchase_date is null
),

rpt_cpm as (
    select
        last_purchases.person_id,
        last_purchases.cpm_rank,
        last_purchases.is_lapsed,
        cpm_groups.cpm_group,
        cpm_groups.cpm_group_ja,
        last_purchases.purchase_no as purchase_count,
        last_purchases.first_purchase_date,
        last_purchases.purchase_date as last_purchase_date,
        {{ age_days('last_purchases.purchase_date') }} as recency_days,
        last_purchases.tenure_days,
        {{ money('last_purchases.net_sales') }} as net_sales,
        last_purchases.lapse_date,
        {{ as_of_date() }} as as_of_date,
        '{{ var("currency") }}' as currency
    from last_purchases
    left join cpm_groups
        on
            last_purchases.cpm_rank = cpm_groups.cpm_rank
            and last_purchases.is_lapsed = cpm_groups.is_lapsed
)

select * from rpt_cpm
