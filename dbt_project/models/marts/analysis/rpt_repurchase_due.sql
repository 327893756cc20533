with int_person__repurchases as (
    select * from {{ ref('int_person__repurchases') }}
),

dim_products as (
    select * from {{ ref('dim_products') }}
),

due_statuses as (
    select * from {{ ref('due_statuses') }}
),

windowed as (
    select
        int_person__repurchases.*,
        {{ add_days('expected_date', -var('repurchase_lead_days')) }} as remind_from_date
    from int_person__repurchases
),

rpt_repurchase_due as (
    select
        windowed.person_id,
        windowed.item_id as product_id,
        dim_products.product_code,
        dim_products.name as product_name,
        dim_products.category,
        windowed.last_bought_date,
        cast(windowed.quantity as bigint) as quantity,
        windowed.cycle_days,
        windowed.cycle_basis,
        windowed.expected_date,
        {{ dbt.datediff(as_of_date(), 'windowed.expected_date', 'day') }} as days_to_expected,
        windowed.overdue_ratio,
        windowed.due_status,
        due_statuses.due_status_ja,
        windowed.remind_from_date,
        windowed.expected_date as remind_to_date,
        {{ as_of_date() }} between windowed.remind_from_date and windowed.expected_date
            as is_in_remind_window,
        coalesce(dim_products.stock_quantity > 0, true) as is_in_stock,
        {{ as_of_date() }} as as_of_date
    from windowed
    inner join dim_products on windowed.item_id = dim_products.product_id
    left join due_statuses on windowed.due_status = due_statuses.due_status
    where dim_products.is_active
)

select * from rpt_repurchase_due
