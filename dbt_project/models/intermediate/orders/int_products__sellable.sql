with dim_products as (
    select * from {{ ref('dim_products') }}
),

int_products__items as (
    select * from {{ ref('int_products__items') }}
),

items as (
    select
        int_products__items.item_id,
        sum(dim_products.units_sold) as units_sold
    from int_products__items
    inner join dim_products on int_products__items.product_id = dim_products.product_id
    group by int_products__items.item_id
),

-- Who has bought anything needs no trial.
int_products__sellable as (
    select
        items.item_id,
        dim_products.category,
        items.units_sold,
        case
            when not dim_products.is_active then 'inactive'
            when dim_products.stock_quantity <= 0 then 'out_of_stock'
            when dim_products.is_trial then 'trial'
        end as exclusion_reason
    from items
    inner join dim_products on items.item_id = dim_products.product_id
)

select * from int_products__sellable
