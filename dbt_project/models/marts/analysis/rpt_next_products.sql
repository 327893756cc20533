with int_person__next_products as (
    select * from {{ ref('int_person__next_products') }}
),

dim_products as (
    select * from {{ ref('dim_products') }}
),

named as (
    select
        int_person__next_products.*,
        products.product_code,
        products.name as product_name,
        products.category,
        because_products.name as because_product_name,
        cast({{ whole_days('100 * int_person__next_products.confidence') }} as {{ dbt.type_string() }})
            as percentage
    from int_person__next_products
    inner join dim_products as products
        on int_person__next_products.item_id = products.product_id
    left join dim_products as because_products
        on int_person__next_products.because_item_id = because_products.product_id
    where int_person__next_products.candidate_rank <= 3
),

rpt_next_products as (
    select
        person_id,
        cast(candidate_rank as bigint) as product_rank,
        item_id as product_id,
        product_code,
        product_name,
        category,
        cast(score as double) as score,
        reason_code,
        because_item_id as because_product_id,
        confidence as because_confidence,
        case reason_code
            when 'bought_next'
                then
                    coalesce(because_product_name, because_item_id) || 'を購入。購入者の'
                    || percentage || '%が90日以内にこの商品を購入'
            when 'bought_together'
                then
                    coalesce(because_product_name, because_item_id) || 'を購入。その注文の'
                    || percentage || '%にこの商品も入る'
            else 'よく買うカテゴリ（' || category || '）の売れ筋。併売データなし'
        end as reason_ja,
        case reason_code
            when 'bought_next'
                then
                    'Bought ' || coalesce(because_product_name, because_item_id) || '; '
                    || percentage || ' % of its buyers bought this within 90 days'
            when 'bought_together'
                then
                    'Bought ' || coalesce(because_product_name, because_item_id) || '; '
                    || percentage || ' % of the orders with it hold this too'
            else 'Best seller of the favourite category ' || category || '; no pair to go by'
        end as reason_en,
        {{ as_of_date() }} as as_of_date
    from named
)

select * from rpt_next_products
