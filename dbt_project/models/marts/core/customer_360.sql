with int_persons as (
    select * from {{ ref('int_persons') }}
),

int_person__reach as (
    select * from {{ ref('int_person__reach') }}
),

int_person__households as (
    select * from {{ ref('int_person__households') }}
),

int_person__stages as (
    select * from {{ ref('int_person__stages') }}
),

int_person__orders as (
    select * from {{ ref('int_person__orders') }}
),

int_person__products as (
    select * from {{ ref('int_person__products') }}
),

int_person__service as (
    select * from {{ ref('int_person__service') }}
),

int_person__web as (
    select * from {{ ref('int_person__web') }}
),

int_person__messages as (
    select * from {{ ref('int_person__messages') }}
),

rpt_lead_scores as (
    select * from {{ ref('rpt_lead_scores') }}
),

int_person__groups as (
    select * from {{ ref('int_person__groups') }}
),

customer_360 as (
    select
        int_persons.person_id,
        int_person__households.household_id,
        int_person__stages.stage,
        int_person__stages.stage_entered_evidence,
        int_person__stages.stage_entered_date,
        rpt_lead_scores.score as lead_score,
        int_persons.first_seen_at,
        int_persons.registered_at,
        int_persons.is_member,
        int_persons.is_guest_only,
        int_person__reach.has_email,
        int_person__reach.has_phone,
        int_person__reach.has_postal_address,
        int_person__reach.has_line,
        int_person__reach.email_consent,
        int_person__reach.line_consent,
        int_person__reach.is_email_suppressed,
        int_person__reach.prefecture,
        int_person__reach.gender,
        int_person__reach.birth_month,
        int_person__reach.age_band,
        coalesce(int_person__orders.order_count, 0) as order_count,
        coalesce(int_person__orders.purchase_count, 0) as purchase_count,
        coalesce(int_person__orders.cancelled_order_count, 0) as cancelled_order_count,
        int_person__orders.first_purchase_date,
        int_person__orders.last_purchase_date,
        {{ age_days('int_person__orders.last_purchase_date') }} as recency_days,
        {{ dbt.datediff(
            'int_person__orders.first_purchase_date', 'int_person__orders.last_purchase_date', 'day'
        ) }} as tenure_days,
        {{ money('coalesce(int_person__orders.net_sales, 0)') }} as net_sales,
        {{ money('int_person__orders.gross_profit') }} as gross_profit,
        {{ money(
            'int_person__orders.net_sales / nullif(int_person__orders.purchase_order_count, 0)'
        ) }} as average_order_value,
        {{ money('coalesce(int_person__orders.returned_amount, 0)') }} as returned_amount,
        int_person__products.first_product_id,
        int_person__products.first_source,
        int_person__products.favourite_category,
        coalesce(int_person__products.category_count, 0) as category_count,
        coalesce(int_person__orders.has_open_delivery, false) as has_open_delivery,
        int_person__orders.last_delivered_at,
        int_person__service.has_open_inquiry,
        int_person__service.has_active_subscription,
        cast(coalesce(int_person__web.sessions_30d, 0) as bigint) as sessions_30d,
        cast(coalesce(int_person__web.product_views_30d, 0) as bigint) as product_views_30d,
        cast(coalesce(int_person__web.cart_adds_14d, 0) as bigint) as cart_adds_14d,
        int_person__web.last_session_at,
        coalesce(int_person__messages.emails_delivered_90d, 0) as emails_delivered_90d,
        coalesce(int_person__messages.human_clicks_90d, 0) as human_clicks_90d,
        int_person__messages.last_human_click_at,
        int_person__groups.rfm_segment,
        int_person__groups.rfm_group,
        int_person__groups.cpm_group,
        int_person__groups.decile,
        '{{ var("currency") }}' as currency,
        {{ as_of_date() }} as as_of_date
    from int_persons
    left join int_person__reach on int_persons.person_id = int_person__reach.person_id
    left join int_person__households on int_persons.person_id = int_person__households.person_id
    left join int_person__stages on int_persons.person_id = int_person__stages.person_id
    left join int_person__orders on int_persons.person_id = int_person__orders.person_id
    left join int_person__products on int_persons.person_id = int_person__products.person_id
    left join int_person__service on int_persons.person_id = int_person__service.person_id
    left join int_person__web on int_persons.person_id = int_person__web.person_id
    left join int_person__messages on int_persons.person_id = int_person__messages.person_id
    left join rpt_lead_scores on int_persons.person_id = rpt_lead_scores.person_id
    left join int_person__groups on int_persons.person_id = int_person__groups.person_id
)

select * from customer_360
