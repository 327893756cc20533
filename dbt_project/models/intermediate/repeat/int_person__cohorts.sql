with int_purchases as (
    select * from {{ ref('int_purchases') }}
),

fct_orders as (
    select * from {{ ref('fct_orders') }}
),

dim_products as (
    select * from {{ ref('dim_products') }}
),

int_person__products as (
    select * from {{ ref('int_person__products') }}
),

int_person__acquisition as (
    select * from {{ ref('int_person__acquisition') }}
),

first_purchases as (
    select
        person_id,
        purchase_date as first_purchase_date,
        cast({{ dbt.date_trunc('month', 'purchase_date') }} as date) as cohort_month
    from int_purchases
    where purchase_no = 1
),

first_orders as (
    select
        person_id,
        campaign_code,
        row_number() over (partition by person_id order by ordered_at, order_id) as order_rank
    from fct_orders
    where is_first_purchase
),

-- One article has one key and one name, whichever source sold it.
articles as (
    select
        product_id,
        coalesce(product_code, product_id) as product_key,
        min(name) over (partition by coalesce(product_code, product_id)) as product_name,
        category
    from dim_products
),

int_person__cohorts as (
    select
        first_purchases.person_id,
        first_purchases.first_purchase_date,
        first_purchases.cohort_month,
        articles.product_key as first_product,
        articles.product_name as first_product_name,
        articles.category as first_category,
        int_person__acquisition.acquisition_channel as channel,
        coalesce(first_orders.campaign_code, int_person__acquisition.acquisition_campaign)
            as campaign
    from first_purchases
    left join first_orders
        on first_purchases.person_id = first_orders.person_id and first_orders.order_rank = 1
    left join int_person__products
        on first_purchases.person_id = int_person__products.person_id
    left join articles on int_person__products.first_product_id = articles.product_id
    left join int_person__acquisition
        on first_purchases.person_id = int_person__acquisition.person_id
)

select * from int_person__cohorts
