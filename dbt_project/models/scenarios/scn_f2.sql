with customer_360 as (
    select * from {{ ref('customer_360') }}
),

fct_orders as (
    select * from {{ ref('fct_orders') }}
),

first_deliveries as (
    select
        person_id,
        max(delivered_at) as delivered_at
    from fct_orders
    where is_first_purchase and person_id is not null
    group by person_id
    -- Two orders of one day are one purchase: the clock starts when all of it is there.
    having count(*) = count(delivered_at)
),

scn_f2 as (
    select
        first_deliveries.person_id,
        cast(customer_360.first_purchase_date as {{ dbt.type_string() }}) as occurrence,
        first_deliveries.delivered_at as anchor_at,
        customer_360.first_product_id as product_id,
        'first purchase delivered, no second yet' as why
    from first_deliveries
    inner join customer_360 on first_deliveries.person_id = customer_360.person_id
    where customer_360.purchase_count = 1
)

select * from scn_f2
