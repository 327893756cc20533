with int_person__item_days as (
    select * from {{ ref('int_person__item_days') }}
),

int_products__links as (
    select * from {{ ref('int_products__links') }}
),

int_products__sellable as (
    select * from {{ ref('int_products__sellable') }}
),

int_person__item_standing as (
    select * from {{ ref('int_person__item_standing') }}
),

recent_items as (
    select
        person_id,
        item_id,
        {{ age_days('max(bought_date)') }} as age_days
    from int_person__item_days
    where {{ age_days('bought_date') }} <= {{ var('next_product_recent_days') }}
    group by person_id, item_id
),

-- A decimal, so that the sum is the same in whatever order it is made.
linked as (
    select
        recent_items.person_id,
        int_products__links.to_item_id as item_id,
        int_products__links.from_item_id as because_item_id,
        int_products__links.confidence,
        int_products__links.reason_code,
        cast(
            int_products__links.confidence
            * power(
                0.5,
                cast(recent_items.age_days as double) / {{ var('next_product_half_life_days') }}
            )
            as decimal(18, 9)
        ) as points
    from recent_items
    inner join int_products__links on recent_items.item_id = int_products__links.from_item_id
),

scored as (
    select
        *,
        sum(points) over (partition by person_id, item_id) as score,
        row_number() over (
            partition by person_id, item_id order by points desc, because_item_id asc
        ) as because_rank
    from linked
),

int_person__linked_items as (
    select
        scored.person_id,
        scored.item_id,
        scored.because_item_id,
        scored.confidence,
        scored.reason_code,
        scored.score,
        coalesce(
            int_products__sellable.exclusion_reason,
            case
                when int_person__item_standing.standing <> 'due'
                    then int_person__item_standing.standing
            end
        ) as exclusion_reason
    from scored
    inner join int_products__sellable on scored.item_id = int_products__sellable.item_id
    left join int_person__item_standing
        on
            scored.person_id = int_person__item_standing.person_id
            and scored.item_id = int_person__item_standing.item_id
    where scored.because_rank = 1
)

select * from int_person__linked_items
