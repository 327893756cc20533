with int_person__item_days as (
    select * from {{ ref('int_person__item_days') }}
),

int_products__items as (
    select * from {{ ref('int_products__items') }}
),

dim_products as (
    select * from {{ ref('dim_products') }}
),

items as (
    select
        dim_products.product_id as item_id,
        dim_products.category,
        case when dim_products.pack_days > 0 then dim_products.pack_days end as pack_days
    from dim_products
    inner join int_products__items
        on
            dim_products.product_id = int_products__items.product_id
            and int_products__items.product_id = int_products__items.item_id
),

item_gaps as (
    select
        person_id,
        item_id,
        {{ days_since_previous('person_id, item_id') }} as gap_days
    from int_person__item_days
),

measured_items as (
    select
        item_id,
        count(distinct person_id) as buyers,
        count(distinct case when gap_days is not null then person_id end) as repeat_buyers,
        count(gap_days) as repurchase_pairs,
        {{ quantile('gap_days', 0.25) }} as gap_p25_days,
        {{ quantile('gap_days', 0.5) }} as gap_median_days,
        {{ quantile('gap_days', 0.75) }} as gap_p75_days,
        {{ quantile('gap_days', 0.95) }} as gap_p95_days
    from item_gaps
    group by item_id
),

category_days as (
    select
        int_person__item_days.person_id,
        items.category,
        int_person__item_days.bought_date
    from int_person__item_days
    inner join items on int_person__item_days.item_id = items.item_id
    where items.category is not null
    group by
        int_person__item_days.person_id, items.category, int_person__item_days.bought_date
),

category_gaps as (
    select
        category,
        {{ days_since_previous('person_id, category') }} as gap_days
    from category_days
),

measured_categories as (
    select
        category,
        {{ quantile('gap_days', 0.5) }} as gap_median_days
    from category_gaps
    group by category
    having count(gap_days) >= {{ var('cycle_min_pairs') }}
),

judged_items as (
    select
        items.item_id,
        items.pack_days,
        coalesce(measured_items.buyers, 0) as buyers,
        coalesce(measured_items.repeat_buyers, 0) as repeat_buyers,
        coalesce(measured_items.repurchase_pairs, 0) as repurchase_pairs,
        measured_items.gap_p25_days,
        measured_items.gap_median_days,
        measured_items.gap_p75_days,
        measured_items.gap_p95_days,
        measured_categories.gap_median_days as category_median_days,
        -- A shop that states the days of its packs states them for all that is used up.
        count(items.pack_days) over () > 0 as states_pack_days,
        case
            when items.pack_days is not null then 'pack_days'
            when measured_items.repurchase_pairs >= {{ var('cycle_min_pairs') }} then 'product'
            when measured_categories.gap_median_days is not null then 'category'
        end as cycle_basis
    from items
    left join measured_items on items.item_id = measured_items.item_id
    left join measured_categories on items.category = measured_categories.category
),

int_products__cycles as (
    select
        *,
        case cycle_basis
            when 'pack_days' then pack_days
            when 'product' then gap_median_days
            when 'category' then category_median_days
        end as cycle_days,
        coalesce(
            cycle_basis = 'pack_days' or (cycle_basis = 'product' and not states_pack_days), false
        ) as is_consumable
    from judged_items
)

select * from int_products__cycles
