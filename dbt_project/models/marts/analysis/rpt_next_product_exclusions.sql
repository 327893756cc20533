with int_person__next_products as (
    select * from {{ ref('int_person__next_products') }}
),

dim_products as (
    select * from {{ ref('dim_products') }}
),

judged as (
    select
        item_id,
        case
            when exclusion_reason is not null then exclusion_reason
            when candidate_rank > 3 then 'outranked'
            else 'recommended'
        end as verdict
    from int_person__next_products
),

counted as (
    select
        item_id,
        verdict,
        count(*) as persons
    from judged
    group by item_id, verdict
),

rpt_next_product_exclusions as (
    select
        counted.item_id as product_id,
        dim_products.product_code,
        dim_products.name as product_name,
        counted.verdict,
        counted.persons,
        {{ as_of_date() }} as as_of_date
    from counted
    inner join dim_products on counted.item_id = dim_products.product_id
)

select * from rpt_next_product_exclusions
