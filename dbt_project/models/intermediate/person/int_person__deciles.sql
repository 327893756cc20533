with int_purchases as (
    select * from {{ ref('int_purchases') }}
),

buyer_sales as (
    select
        person_id,
        sum(net_sales) as net_sales
    from int_purchases
    where {{ within_months('purchase_date', var('decile_window_months')) }}
    group by person_id
),

int_person__deciles as (
    select
        person_id,
        net_sales,
        cast(ntile(10) over (order by net_sales desc, person_id asc) as bigint) as decile
    from buyer_sales
)

select * from int_person__deciles
