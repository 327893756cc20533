with int_repeat__goods as (
    select * from {{ ref('int_repeat__goods') }}
),

int_person__cohorts as (
    select * from {{ ref('int_person__cohorts') }}
),

first_goods as (
    select
        int_repeat__goods.*,
        int_person__cohorts.first_purchase_date
    from int_person__cohorts
    inner join int_repeat__goods
        on
            int_person__cohorts.person_id = int_repeat__goods.person_id
            and int_person__cohorts.first_product = int_repeat__goods.product_key
    where int_repeat__goods.purchase_no = 1 and int_repeat__goods.category is not null
),

entered_categories as (
    select
        person_id,
        category,
        min(purchase_no) as purchase_no,
        min(purchase_date) as purchase_date
    from int_repeat__goods
    where category is not null
    group by person_id, category
),

cross_sales as (
    select
        person_id,
        min(purchase_date) as converted_on
    from entered_categories
    where purchase_no > 1
    group by person_id
),

up_sales as (
    select
        first_goods.person_id,
        min(int_repeat__goods.purchase_date) as converted_on
    from first_goods
    inner join int_repeat__goods
        on
            first_goods.person_id = int_repeat__goods.person_id
            and first_goods.category = int_repeat__goods.category
            and coalesce(first_goods.brand, '') = coalesce(int_repeat__goods.brand, '')
    where
        int_repeat__goods.purchase_no > 1
        and int_repeat__goods.product_key <> first_goods.product_key
        and int_repeat__goods.unit_price > first_goods.unit_price
    group by first_goods.person_id
),

int_person__second_sales as (
    select
        first_goods.person_id,
        first_goods.product_key,
        first_goods.product_name,
        first_goods.category,
        first_goods.is_trial,
        first_goods.first_purchase_date as started_on,
        cross_sales.converted_on as cross_sold_on,
        up_sales.converted_on as up_sold_on
    from first_goods
    left join cross_sales on first_goods.person_id = cross_sales.person_id
    left join up_sales on first_goods.person_id = up_sales.person_id
)

select * from int_person__second_sales
