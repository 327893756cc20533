with int_purchases as (
    select * from {{ ref('int_purchases') }}
),

int_items__lines as (
    select * from {{ ref('int_items__lines') }}
),

abc_limits as (
    select * from {{ ref('abc_limits') }}
),

second_purchases as (
    select
        person_id,
        purchase_date
    from int_purchases
    where purchase_no = 2
),

-- A first purchase younger than the days within which one may come back says nothing yet.
first_buyers as (
    select
        int_purchases.person_id,
        case
            when {{ dbt.datediff(
                'int_purchases.purchase_date', 'second_purchases.purchase_date', 'day'
            ) }} <= abc_limits.f2_days
                then 1
            else 0
        end as came_back
    from int_purchases
    cross join abc_limits
    left join second_purchases on int_purchases.person_id = second_purchases.person_id
    where
        int_purchases.purchase_no = 1
        and {{ age_days('int_purchases.purchase_date') }} >= abc_limits.f2_days
        and {{ within_months('int_purchases.purchase_date', var('abc_window_months')) }}
),

shop as (
    select
        count(*) as first_buyers,
        sum(came_back) as f2_buyers
    from first_buyers
),

first_items as (
    select
        item_kind,
        item_id,
        person_id
    from int_items__lines
    where purchase_no = 1
    group by item_kind, item_id, person_id
),

item_buyers as (
    select
        first_items.item_kind,
        first_items.item_id,
        count(*) as first_buyers,
        sum(first_buyers.came_back) as f2_buyers
    from first_items
    inner join first_buyers on first_items.person_id = first_buyers.person_id
    group by first_items.item_kind, first_items.item_id
),

int_items__f2 as (
    select
        item_buyers.item_kind,
        item_buyers.item_id,
        item_buyers.first_buyers,
        cast(item_buyers.f2_buyers as bigint) as f2_buyers,
        cast(item_buyers.f2_buyers as double) / cast(item_buyers.first_buyers as double)
            as f2_ratio,
        cast(item_buyers.f2_buyers * shop.first_buyers as double)
        / nullif(cast(item_buyers.first_buyers * shop.f2_buyers as double), 0) as f2_lift
    from item_buyers
    cross join shop
)

select * from int_items__f2
