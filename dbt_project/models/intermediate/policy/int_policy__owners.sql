with int_policy__candidates as (
    select * from {{ ref('int_policy__candidates') }}
),

int_products__items as (
    select * from {{ ref('int_products__items') }}
),

int_person__item_days as (
    select * from {{ ref('int_person__item_days') }}
),

int_person__repurchases as (
    select * from {{ ref('int_person__repurchases') }}
),

int_policy__settings as (
    select * from {{ ref('int_policy__settings') }}
),

last_purchases as (
    select
        person_id,
        item_id,
        max(bought_date) as bought_date
    from int_person__item_days
    group by person_id, item_id
),

-- What is used up may be offered again when it is due; anything else after some time.
int_policy__owners as (
    select
        int_policy__candidates.person_id,
        int_policy__candidates.sync,
        'already_bought' as reason_code
    from int_policy__candidates
    cross join int_policy__settings
    inner join int_products__items
        on int_policy__candidates.product_id = int_products__items.product_id
    inner join last_purchases
        on
            int_policy__candidates.person_id = last_purchases.person_id
            and int_products__items.item_id = last_purchases.item_id
    left join int_person__repurchases
        on
            last_purchases.person_id = int_person__repurchases.person_id
            and last_purchases.item_id = int_person__repurchases.item_id
    where
        int_person__repurchases.due_status = 'not_due'
        or (
            int_person__repurchases.due_status is null
            and {{ age_days('last_purchases.bought_date') }} < int_policy__settings.owned_days
        )
)

select * from int_policy__owners
