with int_products__cycles as (
    select * from {{ ref('int_products__cycles') }}
),

dim_products as (
    select * from {{ ref('dim_products') }}
),

rpt_purchase_cycles as (
    select
        int_products__cycles.item_id as product_id,
        dim_products.product_code,
        dim_products.name as product_name,
        dim_products.category,
        int_products__cycles.buyers,
        int_products__cycles.repeat_buyers,
        int_products__cycles.repurchase_pairs,
        int_products__cycles.gap_p25_days,
        int_products__cycles.gap_median_days,
        int_products__cycles.gap_p75_days,
        int_products__cycles.gap_p95_days,
        int_products__cycles.pack_days,
        cast(int_products__cycles.cycle_days as double) as cycle_days,
        int_products__cycles.cycle_basis,
        int_products__cycles.is_consumable,
        {{ as_of_date() }} as as_of_date
    from int_products__cycles
    inner join dim_products on int_products__cycles.item_id = dim_products.product_id
)

select * from rpt_purchase_cycles
