-- What follows from the demo's orders, and the tables that no order leads to.
insert into marts.customer_360 by name
select person_id, count(*) as purchase_count, 'customer' as stage, true as is_member
from marts.fct_orders
group by person_id;

insert into marts.customer_360 by name
select
    'lead' || i as person_id, 0 as purchase_count, 'lead' as stage, true as is_member
from range(508) as numbers (i);

insert into marts.rpt_rfm by name
with buyers as (
    select
        person_id, date_diff('day', max(ordered_date), date '2026-10-18') as recency_days,
        count(*) as frequency, sum(net_sales) as monetary
    from marts.fct_orders where is_purchase group by person_id
),
scored as (
    select
        *,
        case when recency_days <= 30 then 5 when recency_days <= 90 then 4
             when recency_days <= 180 then 3 when recency_days <= 365 then 2 else 1 end as r,
        case when frequency >= 6 then 5 when frequency >= 4 then 4 else frequency end as f
    from buyers
),
named as (
    select
        *,
        case
            when r <= 2 and f <= 2 then 'hibernating' when r <= 2 and f <= 4 then 'at_risk'
            when r <= 2 then 'cant_lose' when r = 3 and f <= 2 then 'about_to_sleep'
            when r = 3 and f = 3 then 'need_attention' when r <= 4 and f >= 4 then 'loyal'
            when r = 4 and f = 1 then 'promising' when r = 5 and f = 1 then 'new'
            when f <= 3 then 'potential_loyalist' else 'champion'
        end as segment
    from scored
)
select
    person_id, recency_days, frequency, monetary, r as r_score, f as f_score, 3 as m_score,
    segment as rfm_segment,
    map {
        'hibernating': '休眠', 'at_risk': '離反の恐れ', 'cant_lose': '失えない顧客',
        'about_to_sleep': '休眠間近', 'need_attention': '要注意', 'loyal': 'ロイヤル',
        'promising': '有望', 'new': '新規', 'potential_loyalist': 'ロイヤル候補',
        'champion': 'チャンピオン'
    }[segment] as rfm_segment_ja,
    date '2026-10-18' as as_of_date, 'JPY' as currency
from named;

insert into marts.rpt_deciles by name
with ranked as (
    select
        *,
        1 + (row_number() over (order by monetary desc, person_id) - 1) * 10
            // count(*) over () as d
    from marts.rpt_rfm
),
summed as (
    select
        d, count(*) as customers, sum(monetary) as sales, min(monetary) as least,
        max(monetary) as most
    from ranked
    group by d
)
select
    d as decile, customers, sales as net_sales, sales / sum(sales) over () as sales_share,
    sum(sales) over (order by d) / sum(sales) over () as cumulative_share,
    sales / customers as average_sales, least as min_sales, most as max_sales,
    date '2026-10-18' as as_of_date, 'JPY' as currency
from summed;

insert into marts.rpt_cohort_retention by name
with firsts as (
    select person_id, date_trunc('month', min(ordered_date))::date as cohort
    from marts.fct_orders
    where is_purchase
    group by 1
),
sizes as (select cohort, count(*) as size from firsts group by 1),
actives as (
    select
        cohort, date_diff('month', cohort, date_trunc('month', ordered_date)) as since,
        count(distinct person_id) as active
    from marts.fct_orders
    inner join firsts using (person_id)
    where is_purchase
    group by all
),
calendar as (
    select
        cohort, size, unnest(range(0, date_diff('month', cohort, date '2026-10-01') + 1)) as since
    from sizes
)
select
    cohort as cohort_month, since as months_since, size as cohort_size,
    coalesce(active, 0) as active_persons, coalesce(active, 0) / size as retention_ratio,
    cohort + to_months(since::integer) < date '2026-10-01' as is_complete, 'JPY' as currency
from calendar left join actives using (cohort, since);

insert into marts.rpt_kpi_daily by name
select
    unnest(generate_series(date '2024-11-01', date '2026-10-18', interval 1 day))::date as kpi_date,
    'JPY' as currency;

insert into marts.rpt_stage_ladder by name
select
    *, subjects / sum(subjects) over (partition by subject_kind) as share_of_kind,
    date '2026-10-18' as as_of_date
from (values
    (1, 'visitor', '認知', 'visitor', 'インターネットユーザー', 'browser', 18342),
    (2, 'lead', '興味', 'lead', 'リード', 'person', 412),
    (3, 'hot_lead', '検討', 'hot_lead', 'ホットリード', 'person', 96),
    (4, 'customer', '購入', 'customer', '顧客', 'person', 288),
    (5, 'repeater', '継続', 'repeater', 'リピーター', 'person', 341),
    (6, null, null, 'dormant_lead', '休眠リード', 'person', 157),
    (7, null, null, 'dormant_customer', '休眠顧客', 'person', 271)
) as stages (stage_order, layer, layer_ja, stage, stage_ja, subject_kind, subjects);

insert into marts.rpt_exclusions (subject, source, reason, "rows", amount, currency) values
    ('order_line', 'mall', 'cancelled_order', 214, 812400, 'JPY'),
    ('order_line', 'ec_cube', 'non_positive_quantity', 3, -4200, 'JPY'),
    ('order', 'ec_cube', 'cancelled', 88, 601000, 'JPY'),
    ('order', 'mall', 'returned', 21, 98000, 'JPY'),
    ('quarantined_row', 'web', 'bad_json', 12, null, null),
    ('quarantined_row', 'ec_cube', 'bad_encoding', 2, null, null);

insert into marts.fct_web_sessions by name select 's1' as session_id;

insert into policy.rpt_scenario_reach by name
select
    *, due - without_permission - unreachable - waiting - not_wanted - over_cap - held_out as allowed,
    'JPY' as currency, expected_orders * gross_profit_per_order as expected_gross_profit
from (values
    ('cart_abandonment', 'first', 'カート放棄', 'Cart abandonment', true, 38, 9, 4, 3, 2, 5, 1,
        'order_prediction', 9, 6.2, 2140),
    ('f2', 'day14', '2回目購入', 'Second purchase', true, 52, 17, 6, 9, 0, 3, 2,
        'f2_conversion', 15, 4.7, 1980),
    ('winback', 'first', '休眠復帰', 'Win-back', false, 71, 30, 12, 2, 0, 4, 3,
        'order_prediction', 20, 2.9, 2140),
    ('welcome', 'hello', 'ようこそ', 'Welcome', false, 19, 3, 1, 0, 0, 2, 1,
        'lead_probability', 12, 0.8, 1630),
    ('thanks', 'thanks', 'お礼', 'Thanks', true, 27, 0, 5, 0, 0, 0, 0, 'none', 0, null, null),
    ('vip', 'hello', '優良顧客', 'Among the best buyers', false, 0, 0, 0, 0, 0, 0, 0,
        'order_prediction', 0, null, 2140)
) as steps (
    scenario, step, title_ja, title_en, is_enabled, due, without_permission, unreachable, waiting,
    not_wanted, over_cap, held_out, expectation, judged, expected_orders, gross_profit_per_order
);

insert into policy.send_eligibility (
    person_id, sync, segment, channel, allowed, reason_code, is_enabled
)
select
    'p' || i, sync, segment, channel, reason is null, reason, true
from (values
    ('first_purchase__sendgrid_contacts', 'seg_first_purchase', 'email', 231, 18, 40, 0, 9, 0, 3),
    ('second_purchase__sendgrid_contacts', 'seg_second_purchase', 'email', 96, 11, 52, 14, 2, 8, 2),
    ('winback__file', 'seg_winback', 'print', 143, 0, 31, 0, 22, 0, 1)
) as syncs (
    sync, segment, channel, allowed, unsubscribed, no_consent, relay_address, unreachable,
    open_delivery, open_inquiry
)
cross join lateral (
    select
        unnest([
            null, 'unsubscribed', 'no_consent', 'relay_address', 'unreachable', 'open_delivery',
            'open_inquiry'
        ]) as reason,
        unnest([
            allowed, unsubscribed, no_consent, relay_address, unreachable, open_delivery, open_inquiry
        ]) as n
) cross join range(1000) as numbers (i)
where i < n;

insert into segments.seg_first_purchase by name select 'p' || i as person_id from range(301) t (i);
insert into segments.seg_second_purchase by name select 'p' || i as person_id from range(185) t (i);
insert into segments.seg_winback by name select 'p' || i as person_id from range(197) t (i);

insert into _publication.publication values
    ('20261019T021500Z-4f1c', 'sample', 'run', date '2026-10-18', timestamp '2026-10-19 02:15:00', '1');
insert into _publication.gates values
    ('inbound/ec_cube/customers', 'orders_key_is_present', true, 'error', ''),
    ('inbound/ec_cube/customers', 'members_row_count_in_range', false, 'warn', 'members_2026-10-18.csv: 1,204 rows, expected at least 1,300'),
    ('dbt/dbt_marts', 'unique_fct_orders_order_id', true, 'error', ''),
    ('dbt/dbt_marts', 'sales_reconcile_per_day', true, 'error', ''),
    ('outbound/seg_winback', 'seg_winback_person_id_unique', true, 'error', ''),
    ('publication', 'change_limit_customer_360', true, 'error', '1,565 rows, 1,561 before');
