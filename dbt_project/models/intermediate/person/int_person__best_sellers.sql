with int_person__products as (
    select * from {{ ref('int_person__products') }}
),

int_person__linked_items as (
    select * from {{ ref('int_person__linked_items') }}
),

int_products__sellable as (
    select * from {{ ref('int_products__sellable') }}
),

int_person__item_standing as (
    select * from {{ ref('int_person__item_standing') }}
),

ranked_sellers as (
    select
        item_id,
        category,
        row_number() over (
            partition by category order by units_sold desc, item_id asc
        ) as seller_rank
    from int_products__sellable
    where exclusion_reason is null and category is not null and units_sold > 0
),

served as (
    select person_id
    from int_person__linked_items
    where exclusion_reason is null
    group by person_id
),

int_person__best_sellers as (
    select
        int_person__products.person_id,
        ranked_sellers.item_id,
        ranked_sellers.seller_rank,
        case
            when int_person__item_standing.standing <> 'due'
                then int_person__item_standing.standing
        end as exclusion_reason
    from int_person__products
    inner join ranked_sellers
        on int_person__products.favourite_category = ranked_sellers.category
    left join served on int_person__products.person_id = served.person_id
    left join int_person__item_standing
        on
            int_person__products.person_id = int_person__item_standing.person_id
            and ranked_sellers.item_id = int_person__item_standing.item_id
    where
        served.person_id is null
        and ranked_sellers.seller_rank <= {{ var('next_product_best_sellers') }}
)

select * from int_person__best_sellers
