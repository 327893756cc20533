with int_purchases__products as (
    select * from {{ ref('int_purchases__products') }}
),

int_items__lines as (
    select
        'product' as item_kind,
        item_id,
        item_name,
        person_id,
        purchase_no,
        purchase_date,
        net_sales,
        gross_profit
    from int_purchases__products
    union all
    select
        'category' as item_kind,
        category as item_id,
        category as item_name,
        person_id,
        purchase_no,
        purchase_date,
        net_sales,
        gross_profit
    from int_purchases__products
    where category is not null
    union all
    select
        'brand' as item_kind,
        brand as item_id,
        brand as item_name,
        person_id,
        purchase_no,
        purchase_date,
        net_sales,
        gross_profit
    from int_purchases__products
    where brand is not null
)

select * from int_items__lines
