with int_purchases__products as (
    select * from {{ ref('int_purchases__products') }}
),

ctb_limits as (
    select * from {{ ref('ctb_limits') }}
),

-- What was sent back says nothing for a taste.
kept as (
    select * from int_purchases__products
    where net_sales > 0
),

dimensions as (
    select
        person_id,
        purchase_no,
        purchase_date,
        net_sales,
        'category' as dimension,
        category as dimension_value
    from kept
    where category is not null
    union all
    select
        person_id,
        purchase_no,
        purchase_date,
        net_sales,
        'taste' as dimension,
        taste as dimension_value
    from kept
    where taste is not null
    union all
    select
        person_id,
        purchase_no,
        purchase_date,
        net_sales,
        'brand' as dimension,
        brand as dimension_value
    from kept
    where brand is not null
),

purchases as (
    select
        person_id,
        dimension,
        dimension_value,
        purchase_date,
        sum(net_sales) as net_sales,
        cast({{ age_days('purchase_date') }} as double) as age_days
    from dimensions
    group by person_id, dimension, dimension_value, purchase_no, purchase_date
),

affinities as (
    select
        purchases.person_id,
        purchases.dimension,
        purchases.dimension_value,
        count(*) as purchases,
        sum(purchases.net_sales) as net_sales,
        max(purchases.purchase_date) as last_purchase_date,
        {{ money('sum(
            cast(purchases.net_sales as double)
            * power(cast(2 as double), -purchases.age_days / ctb_limits.half_life_days)
        )') }} as affinity
    from purchases
    cross join ctb_limits
    group by purchases.person_id, purchases.dimension, purchases.dimension_value
),

totalled as (
    select
        *,
        cast(sum(net_sales) over (partition by person_id, dimension) as double) as person_sales,
        cast(sum(net_sales) over (partition by dimension, dimension_value) as double)
            as value_sales,
        cast(sum(net_sales) over (partition by dimension) as double) as all_sales,
        row_number() over (
            partition by person_id, dimension
            order by affinity desc, net_sales desc, last_purchase_date desc, dimension_value asc
        ) as affinity_rank
    from affinities
),

rpt_ctb_affinity as (
    select
        person_id,
        dimension,
        cast(affinity_rank as bigint) as affinity_rank,
        dimension_value,
        purchases,
        {{ money('net_sales') }} as net_sales,
        cast(net_sales as double) / person_sales as share,
        last_purchase_date,
        affinity,
        (cast(net_sales as double) / person_sales) / (value_sales / all_sales) as lift,
        {{ as_of_date() }} as as_of_date,
        '{{ var("currency") }}' as currency
    from totalled
)

select * from rpt_ctb_affinity
