with int_purchases as (
    select * from {{ ref('int_purchases') }}
),

int_person__products as (
    select * from {{ ref('int_person__products') }}
),

purchase_days as (
    select
        person_id,
        purchase_date,
        lag(purchase_date) over (partition by person_id order by purchase_date)
            as previous_date
    from int_purchases
    group by person_id, purchase_date
),

gaps as (
    select
        purchase_days.person_id,
        int_person__products.favourite_category,
        {{ dbt.datediff('purchase_days.previous_date', 'purchase_days.purchase_date', 'day') }}
            as gap_days
    from purchase_days
    left join int_person__products on purchase_days.person_id = int_person__products.person_id
    where purchase_days.previous_date is not null
),

own_gaps as (
    select
        person_id,
        {{ gap_quantiles() }}
    from gaps
    group by person_id
),

category_gaps as (
    select
        favourite_category,
        {{ gap_quantiles() }}
    from gaps
    where favourite_category is not null
    group by favourite_category
    having count(*) >= {{ var('cycle_min_pairs') }}
),

shop_gaps as (
    select {{ gap_quantiles() }}
    from gaps
),

buyers as (
    select
        person_id,
        max(purchase_date) as last_purchase_date
    from purchase_days
    group by person_id
),

-- What is typical for buyers of the same favourite category, else for the shop.
int_person__gaps as (
    select
        buyers.person_id,
        buyers.last_purchase_date,
        {{ age_days('buyers.last_purchase_date') }} as recency_days,
        coalesce(own_gaps.gap_count, 0) as gap_count,
        own_gaps.p20_days,
        own_gaps.median_days,
        own_gaps.p80_days,
        coalesce(category_gaps.p20_days, shop_gaps.p20_days) as typical_p20_days,
        coalesce(category_gaps.median_days, shop_gaps.median_days) as typical_median_days,
        coalesce(category_gaps.p80_days, shop_gaps.p80_days) as typical_p80_days,
        case
            when category_gaps.favourite_category is not null then 'category'
            when shop_gaps.gap_count > 0 then 'shop'
        end as typical_basis
    from buyers
    left join own_gaps on buyers.person_id = own_gaps.person_id
    left join int_person__products on buyers.person_id = int_person__products.person_id
    left join category_gaps
        on int_person__products.favourite_category = category_gaps.favourite_category
    cross join shop_gaps
)

select * from int_person__gaps
