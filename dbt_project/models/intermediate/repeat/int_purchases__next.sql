with int_purchases as (
    select * from {{ ref('int_purchases') }}
),

followed as (
    select
        person_id,
        purchase_no,
        purchase_date,
        net_sales,
        lead(purchase_date) over (
            partition by person_id order by purchase_no
        ) as next_purchase_date
    from int_purchases
),

int_purchases__next as (
    select
        person_id,
        purchase_no,
        purchase_date,
        net_sales,
        next_purchase_date,
        {{ dbt.datediff('purchase_date', 'next_purchase_date', 'day') }} as days_to_next,
        {{ age_days('purchase_date') }} as age_days
    from followed
)

select * from int_purchases__next
