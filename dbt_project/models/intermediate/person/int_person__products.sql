with fct_orders as (
    select * from {{ ref('fct_orders') }}
),

fct_order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

dim_products as (
    select * from {{ ref('dim_products') }}
),

bought_lines as (
    select
        fct_orders.person_id,
        fct_orders.source,
        fct_orders.purchase_no,
        fct_order_lines.order_line_id,
        fct_order_lines.product_id,
        fct_order_lines.product_name,
        fct_order_lines.net_sales,
        dim_products.category
    from fct_order_lines
    inner join fct_orders on fct_order_lines.order_id = fct_orders.order_id
    left join dim_products on fct_order_lines.product_id = dim_products.product_id
    where fct_order_lines.is_counted and fct_orders.is_purchase
),

-- The dearest line stands for a purchase.
ranked_lines as (
    select
        *,
        row_number() over (
            partition by person_id order by purchase_no asc, net_sales desc, order_line_id asc
        ) as rank_from_first,
        row_number() over (
            partition by person_id order by purchase_no desc, net_sales desc, order_line_id asc
        ) as rank_from_last
    from bought_lines
),

category_sales as (
    select
        person_id,
        category,
        row_number() over (
            partition by person_id order by sum(net_sales) desc, category asc
        ) as category_rank
    from bought_lines
    where category is not null
    group by person_id, category
),

favourites as (
    select
        person_id,
        max(case when category_rank = 1 then category end) as favourite_category,
        count(*) as category_count
    from category_sales
    group by person_id
),

int_person__products as (
    select
        ranked_lines.person_id,
        max(case when ranked_lines.rank_from_first = 1 then ranked_lines.source end)
            as first_source,
        max(case when ranked_lines.rank_from_first = 1 then ranked_lines.product_id end)
            as first_product_id,
        max(case when ranked_lines.rank_from_first = 1 then ranked_lines.product_name end)
            as first_product_name,
        max(case when ranked_lines.rank_from_last = 1 then ranked_lines.product_name end)
            as last_product_name,
        max(favourites.favourite_category) as favourite_category,
        coalesce(max(favourites.category_count), 0) as category_count
    from ranked_lines
    left join favourites on ranked_lines.person_id = favourites.person_id
    group by ranked_lines.person_id
)

select * from int_person__products
