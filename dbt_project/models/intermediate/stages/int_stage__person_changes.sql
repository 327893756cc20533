with int_stage__lead_changes as (
    select * from {{ ref('int_stage__lead_changes') }}
),

int_stage__customer_changes as (
    select * from {{ ref('int_stage__customer_changes') }}
),

int_stage__signals as (
    select * from {{ ref('int_stage__signals') }}
),

int_stage__limits as (
    select * from {{ ref('int_stage__limits') }}
),

int_purchases as (
    select * from {{ ref('int_purchases') }}
),

fct_orders as (
    select * from {{ ref('fct_orders') }}
),

standings as (
    select
        person_id,
        changed_on,
        to_stage,
        cast(null as bigint) as purchase_no
    from int_stage__lead_changes
    union all
    select
        person_id,
        changed_on,
        to_stage,
        purchase_no
    from int_stage__customer_changes
),

followed_standings as (
    select
        *,
        lag(to_stage) over (partition by person_id order by changed_on) as from_stage
    from standings
),

changes as (
    select * from followed_standings
    where from_stage is null or from_stage <> to_stage
),

purchase_orders as (
    select
        int_purchases.person_id,
        int_purchases.purchase_no,
        min(fct_orders.order_id) as order_id
    from int_purchases
    inner join fct_orders
        on
            int_purchases.person_id = fct_orders.person_id
            and int_purchases.purchase_no = fct_orders.purchase_no
            and int_purchases.purchased_at = fct_orders.ordered_at
    group by int_purchases.person_id, int_purchases.purchase_no
),

int_stage__person_changes as (
    select
        changes.person_id,
        changes.changed_on,
        changes.from_stage,
        changes.to_stage,
        case
            when changes.purchase_no = 1 then 'first_purchase'
            when changes.purchase_no = 2 then 'second_purchase'
            when changes.purchase_no > 2 then 'later_purchase'
            when changes.to_stage = 'dormant_customer' then 'no_purchase'
            when changes.to_stage = 'dormant_lead' then 'no_sign'
            when changes.to_stage = 'hot_lead' and int_stage__signals.is_cart = 1 then 'cart'
            when changes.to_stage = 'hot_lead' then 'product_views'
            when changes.from_stage = 'hot_lead' then 'cooled_down'
            when int_stage__signals.is_registration = 1 then 'registration'
            when int_stage__signals.is_first_record = 1 then 'first_record'
            when int_stage__signals.is_opt_in = 1 then 'opt_in'
            when int_stage__signals.is_message = 1 then 'message'
            else 'session'
        end as trigger_event,
        case
            when changes.purchase_no is not null then 'order ' || purchase_orders.order_id
            when changes.to_stage = 'dormant_customer'
                then int_stage__limits.dormant_customer_days || ' days without a purchase'
            when changes.to_stage = 'dormant_lead'
                then int_stage__limits.dormant_lead_days || ' days without a sign'
            else cast(changes.changed_on as {{ dbt.type_string() }})
        end as trigger_detail
    from changes
    cross join int_stage__limits
    left join int_stage__signals
        on
            changes.person_id = int_stage__signals.person_id
            and changes.changed_on = int_stage__signals.signal_date
    left join purchase_orders
        on
            changes.person_id = purchase_orders.person_id
            and changes.purchase_no = purchase_orders.purchase_no
)

select * from int_stage__person_changes
