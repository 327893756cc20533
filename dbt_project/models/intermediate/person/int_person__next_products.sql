with int_person__linked_items as (
    select * from {{ ref('int_person__linked_items') }}
),

int_person__best_sellers as (
    select * from {{ ref('int_person__best_sellers') }}
),

-- Best sellers stand only where no linked item is free, so the two never compete for a rank; a
-- linked item that is excluded is not judged a second time.
best_sellers as (
    select int_person__best_sellers.*
    from int_person__best_sellers
    left join int_person__linked_items
        on
            int_person__best_sellers.person_id = int_person__linked_items.person_id
            and int_person__best_sellers.item_id = int_person__linked_items.item_id
    where int_person__linked_items.item_id is null
),

candidates as (
    select
        person_id,
        item_id,
        reason_code,
        because_item_id,
        confidence,
        score,
        0 as seller_rank,
        exclusion_reason
    from int_person__linked_items
    union all
    select
        person_id,
        item_id,
        'category_best_seller' as reason_code,
        null as because_item_id,
        null as confidence,
        null as score,
        seller_rank,
        exclusion_reason
    from best_sellers
),

int_person__next_products as (
    select
        person_id,
        item_id,
        reason_code,
        because_item_id,
        confidence,
        score,
        exclusion_reason,
        case
            when exclusion_reason is null
                then row_number() over (
                    partition by person_id, case when exclusion_reason is null then 0 else 1 end
                    order by score desc nulls last, seller_rank asc, item_id asc
                )
        end as candidate_rank
    from candidates
)

select * from int_person__next_products
