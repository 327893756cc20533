-- One row per person, and the stages of all of them.
create temp table order_counts as
select
    person_id, count(*) as order_count,
    count(*) filter (status = 'cancelled') as cancelled_order_count,
    count(*) filter (is_purchase) as purchase_order_count, sum(net_sales) as net_sales,
    sum(gross_profit) filter (is_purchase) as gross_profit, sum(returned_amount) as returned_amount,
    max(delivered_at) as last_delivered_at,
    -- An order that waits for payment is as good as under way.
    bool_or(
        is_open_delivery
        or coalesce(exclusion_reason = 'pending' and age_days(ordered_date) <= 30, false)
    ) as has_open_delivery,
    bool_or(coalesce(status not in ('delivered', 'cancelled', 'returned'), true))
        as has_unsettled_order,
from marts.fct_orders
where person_id is not null
group by person_id;

create table marts.customer_360 as
with last_opt_ins as (
    select person_id, max(last_opt_in_at) as opted_in_at from person_consents group by person_id
),

staged as (
    select
        *, coalesce(age_days(last_cart_date) < 14, false) as has_cart,
        coalesce(greatest(
            tokyo_day(first_seen_at), tokyo_day(registered_at), tokyo_day(opted_in_at),
            last_session_date, last_engagement_date
        ), date '1900-01-01') as last_sign,
        case
            when age_days(last_purchase_date) >= 240 then 'dormant_customer'
            when purchase_count > 1 then 'repeater'
            when purchase_count = 1 then 'customer'
            when has_cart or coalesce(most_views >= 3, false) then 'hot_lead'
            when age_days(last_sign) >= 180 then 'dormant_lead'
            else 'lead'
        end as stage,
    from persons
    left join (from buyers select * exclude (net_sales)) using (person_id)
    left join order_counts using (person_id)
    left join web_counts using (person_id)
    left join views using (person_id)
    left join message_counts using (person_id)
    left join last_opt_ins using (person_id)
    left join tastes using (person_id)
)

select
    person_id, household_id, stage,
    case
        when stage = 'dormant_customer' then 'last purchase on ' || last_purchase_date
        when stage = 'repeater' then 'second purchase on ' || second_purchase_date
        when stage = 'customer' then 'first purchase on ' || first_purchase_date
        when has_cart and stage = 'hot_lead' then 'cart or checkout on ' || last_cart_date
        when stage = 'hot_lead' then format('one product viewed {} times in 7 days', most_views)
        else 'last engagement on ' || last_sign
    end as stage_entered_evidence, stage_entered_date, lead_score,
    first_seen_at, registered_at, is_member, is_guest_only, has_email, has_phone,
    has_postal_address, has_line, email_consent, line_consent, is_email_suppressed, prefecture,
    gender, birth_month, age_band, coalesce(order_count, 0) as order_count,
    coalesce(purchase_count, 0) as purchase_count,
    coalesce(cancelled_order_count, 0) as cancelled_order_count, first_purchase_date,
    last_purchase_date, age_days(last_purchase_date) as recency_days,
    last_purchase_date - first_purchase_date as tenure_days,
    coalesce(staged.net_sales, 0)::decimal(18, 3) as net_sales,
    gross_profit::decimal(18, 3) as gross_profit,
    (staged.net_sales / nullif(purchase_order_count, 0))::decimal(18, 3) as average_order_value,
    coalesce(returned_amount, 0)::decimal(18, 3) as returned_amount,
    first_line.product_id as first_product_id, first_line.source as first_source,
    favourite_category, coalesce(category_count, 0) as category_count,
    coalesce(has_open_delivery, false) as has_open_delivery, last_delivered_at,
    person_id in (from asking where person_id is not null) as has_open_inquiry,
    person_id in (from subscribing) as has_active_subscription,
    coalesce(sessions_30d, 0) as sessions_30d,
    coalesce(product_views_30d, 0)::bigint as product_views_30d,
    coalesce(cart_adds_14d, 0)::bigint as cart_adds_14d, last_session_at,
    coalesce(emails_delivered_90d, 0) as emails_delivered_90d,
    coalesce(human_clicks_90d, 0) as human_clicks_90d, last_human_click_at, rfm_segment,
    if(purchase_count > 0, rfm_group, 'PROSPECTS') as rfm_group, cpm_group, decile,
    'JPY' as currency, getvariable('as_of') as as_of_date,
from staged
left join (
    select subject_id as person_id, changed_on as stage_entered_date
    from marts.fct_stage_transitions where subject_kind = 'person' and is_current
) using (person_id)
left join (from marts.rpt_lead_scores select person_id, score as lead_score) using (person_id)
left join reach using (person_id)
left join households using (person_id)
left join (from marts.rpt_rfm select person_id, rfm_segment, rfm_group) using (person_id)
left join (from marts.rpt_cpm select person_id, cpm_group) using (person_id)
left join (from deciles select person_id, decile) using (person_id);

create table marts.rpt_stage_ladder as
with subjects as (
    select stage, count(*) as subjects from marts.customer_360 group by stage
    union all
    select 'visitor', count(*) from (
        select source, anonymous_id from marts.fct_web_sessions
        where age_days(session_date) < 90
        group by all having count(person_id) = 0
    )
)

select
    stage_order, layer, layer_ja, stage, stage_ja, subject_kind, coalesce(subjects, 0) as subjects,
    coalesce(subjects, 0) / nullif(sum(subjects) over (partition by subject_kind), 0)
        as share_of_kind,
    getvariable('as_of') as as_of_date,
from (values
    (1, 'awareness', '認知', 'visitor', 'インターネットユーザー', 'browser'),
    (2, 'interest', '興味', 'lead', 'リード', 'person'),
    (3, 'consideration', '検討', 'hot_lead', 'ホットリード', 'person'),
    (4, 'purchase', '購入', 'customer', '顧客', 'person'),
    (5, 'continuation', '継続', 'repeater', 'リピーター', 'person'),
    (6, 'dormant', '休眠', 'dormant_lead', '休眠リード', 'person'),
    (7, 'dormant', '休眠', 'dormant_customer', '休眠顧客', 'person')
) as ladder (stage_order, layer, layer_ja, stage, stage_ja, subject_kind)
left join subjects using (stage);
