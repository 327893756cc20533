with dim_products as (
    select * from {{ ref('dim_products') }}
),

-- The shop's own list speaks for an item; the master, which sells nothing, comes last.
ranked_products as (
    select
        product_id,
        first_value(product_id) over (
            partition by product_code, case when product_code is null then product_id end
            order by
                case
                    when source = '{{ var("member_source") }}' then 0
                    when source = '{{ var("product_master_source") }}' then 2
                    else 1
                end,
                case when is_active then 0 else 1 end,
                case when stock_quantity <= 0 then 1 else 0 end,
                units_sold desc,
                product_id
        ) as item_id
    from dim_products
),

int_products__items as (
    select
        product_id,
        item_id
    from ranked_products
)

select * from int_products__items
