with int_person__item_days as (
    select * from {{ ref('int_person__item_days') }}
),

int_person__repurchases as (
    select * from {{ ref('int_person__repurchases') }}
),

fct_order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

int_products__items as (
    select * from {{ ref('int_products__items') }}
),

bought as (
    select
        person_id,
        item_id
    from int_person__item_days
    group by person_id, item_id
),

sent_back as (
    select
        fct_order_lines.person_id,
        int_products__items.item_id
    from fct_order_lines
    inner join int_products__items on fct_order_lines.product_id = int_products__items.product_id
    where
        fct_order_lines.person_id is not null
        and (
            fct_order_lines.exclusion_reason = 'returned_order'
            or (fct_order_lines.is_counted and fct_order_lines.returned_quantity > 0)
        )
    group by fct_order_lines.person_id, int_products__items.item_id
),

int_person__item_standing as (
    select
        coalesce(bought.person_id, sent_back.person_id) as person_id,
        coalesce(bought.item_id, sent_back.item_id) as item_id,
        case
            when sent_back.item_id is not null then 'returned'
            when int_person__repurchases.due_status is null then 'owned'
            when int_person__repurchases.due_status = 'not_due' then 'not_due'
            else 'due'
        end as standing
    from bought
    full outer join sent_back
        on bought.person_id = sent_back.person_id and bought.item_id = sent_back.item_id
    left join int_person__repurchases
        on
            bought.person_id = int_person__repurchases.person_id
            and bought.item_id = int_person__repurchases.item_id
)

select * from int_person__item_standing
