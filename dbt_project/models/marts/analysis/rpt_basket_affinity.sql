with int_products__affinities as (
    select * from {{ ref('int_products__affinities') }}
),

dim_products as (
    select * from {{ ref('dim_products') }}
),

rpt_basket_affinity as (
    select
        int_products__affinities.kind,
        int_products__affinities.item_a_id as product_a_id,
        products_a.name as product_a_name,
        int_products__affinities.item_b_id as product_b_id,
        products_b.name as product_b_name,
        int_products__affinities.pair_count,
        int_products__affinities.a_count,
        int_products__affinities.b_count,
        int_products__affinities.total_count,
        int_products__affinities.support,
        int_products__affinities.confidence_a_to_b,
        int_products__affinities.confidence_b_to_a,
        int_products__affinities.lift,
        int_products__affinities.lift_lower,
        int_products__affinities.chi_square,
        {{ as_of_date() }} as as_of_date
    from int_products__affinities
    inner join dim_products as products_a
        on int_products__affinities.item_a_id = products_a.product_id
    inner join dim_products as products_b
        on int_products__affinities.item_b_id = products_b.product_id
)

select * from rpt_basket_affinity
