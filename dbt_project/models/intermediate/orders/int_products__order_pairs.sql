with fct_order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

int_products__items as (
    select * from {{ ref('int_products__items') }}
),

basket_items as (
    select
        fct_order_lines.order_id,
        int_products__items.item_id
    from fct_order_lines
    inner join int_products__items on fct_order_lines.product_id = int_products__items.product_id
    where
        fct_order_lines.is_counted
        and fct_order_lines.quantity > fct_order_lines.returned_quantity
    group by fct_order_lines.order_id, int_products__items.item_id
),

baskets as (
    select count(distinct order_id) as total_count
    from basket_items
),

-- A pair is never more frequent than its rarer item, so rare items need no pairing (Apriori).
frequent_items as (
    select
        item_id,
        count(*) as item_count
    from basket_items
    group by item_id
    having count(*) >= {{ var('affinity_min_pairs') }}
),

frequent_basket_items as (
    select
        basket_items.order_id,
        basket_items.item_id
    from basket_items
    inner join frequent_items on basket_items.item_id = frequent_items.item_id
),

pairs as (
    select
        item_a.item_id as item_a_id,
        item_b.item_id as item_b_id,
        count(*) as pair_count
    from frequent_basket_items as item_a
    inner join frequent_basket_items as item_b
        on item_a.order_id = item_b.order_id and item_a.item_id < item_b.item_id
    group by item_a.item_id, item_b.item_id
    having count(*) >= {{ var('affinity_min_pairs') }}
),

int_products__order_pairs as (
    select
        pairs.item_a_id,
        pairs.item_b_id,
        pairs.pair_count,
        items_a.item_count as a_count,
        items_b.item_count as b_count,
        baskets.total_count
    from pairs
    inner join frequent_items as items_a on pairs.item_a_id = items_a.item_id
    inner join frequent_items as items_b on pairs.item_b_id = items_b.item_id
    cross join baskets
)

select * from int_products__order_pairs
