with int_products__affinities as (
    select * from {{ ref('int_products__affinities') }}
),

-- Only pairs that are likelier together than by chance; the lower bound says that it is no luck.
believed as (
    select * from int_products__affinities
    where lift_lower > 1
),

directed as (
    select
        item_a_id as from_item_id,
        item_b_id as to_item_id,
        confidence_a_to_b as confidence,
        case kind when 'next_90_days' then 'bought_next' else 'bought_together' end
            as reason_code,
        case kind when 'next_90_days' then 1 else 2 end as kind_order
    from believed
    union all
    select
        item_b_id as from_item_id,
        item_a_id as to_item_id,
        confidence_b_to_a as confidence,
        'bought_together' as reason_code,
        2 as kind_order
    from believed
    where kind = 'same_order'
),

ranked as (
    select
        *,
        row_number() over (
            partition by from_item_id, to_item_id order by kind_order
        ) as kind_rank
    from directed
),

int_products__links as (
    select
        from_item_id,
        to_item_id,
        confidence,
        reason_code
    from ranked
    where kind_rank = 1
)

select * from int_products__links
