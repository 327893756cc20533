with customer_360 as (
    select * from {{ ref('customer_360') }}
),

int_person__orders as (
    select * from {{ ref('int_person__orders') }}
),

int_person__reach as (
    select * from {{ ref('int_person__reach') }}
),

int_person__web as (
    select * from {{ ref('int_person__web') }}
),

dim_products as (
    select * from {{ ref('dim_products') }}
),

-- Somebody whose order is still open is about to become a buyer.
seg_first_purchase as (
    select
        customer_360.person_id,
        int_person__reach.consented_at as entered_at,
        'consented lead, never bought' as reason,
        {{ local_date('customer_360.registered_at') }} as registered_date,
        {{ age_days(local_date('customer_360.registered_at')) }} as days_since_registration,
        int_person__web.last_viewed_product_id as last_product_id,
        dim_products.name as last_product_name,
        customer_360.cart_adds_14d
    from customer_360
    inner join int_person__reach on customer_360.person_id = int_person__reach.person_id
    left join int_person__orders on customer_360.person_id = int_person__orders.person_id
    left join int_person__web on customer_360.person_id = int_person__web.person_id
    left join dim_products on int_person__web.last_viewed_product_id = dim_products.product_id
    where
        customer_360.purchase_count = 0
        and not coalesce(int_person__orders.has_unsettled_order, false)
        and (customer_360.email_consent or customer_360.line_consent)
)

select * from seg_first_purchase
