with int_person__item_days as (
    select * from {{ ref('int_person__item_days') }}
),

int_products__cycles as (
    select * from {{ ref('int_products__cycles') }}
),

dim_products as (
    select * from {{ ref('dim_products') }}
),

due_statuses as (
    select * from {{ ref('due_statuses') }}
),

due_bounds as (
    {{ due_bounds() }}
),

ranked_days as (
    select
        *,
        row_number() over (
            partition by person_id, item_id order by bought_date desc
        ) as rank_from_last
    from int_person__item_days
),

-- A trial is bought once: nobody is reminded of it.
awaited as (
    select
        ranked_days.person_id,
        ranked_days.item_id,
        ranked_days.bought_date as last_bought_date,
        ranked_days.quantity,
        int_products__cycles.cycle_basis,
        cast(
            case
                when int_products__cycles.cycle_basis = 'pack_days' then ranked_days.quantity
                else 1
            end * int_products__cycles.cycle_days as double
        ) as cycle_days
    from ranked_days
    inner join int_products__cycles on ranked_days.item_id = int_products__cycles.item_id
    inner join dim_products on ranked_days.item_id = dim_products.product_id
    where
        ranked_days.rank_from_last = 1
        and int_products__cycles.is_consumable
        and not dim_products.is_trial
),

measured as (
    select
        *,
        {{ add_days('last_bought_date', whole_days('cycle_days')) }} as expected_date,
        {{ age_days('last_bought_date') }} / cycle_days as overdue_ratio
    from awaited
),

int_person__repurchases as (
    select
        measured.*,
        {{ due_status('measured.overdue_ratio') }} as due_status
    from measured
    cross join due_bounds
)

select * from int_person__repurchases
