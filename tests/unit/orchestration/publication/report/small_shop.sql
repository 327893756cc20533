-- Three buyers and two leads on 2026-10-15, small enough to work out by hand.
insert into marts.fct_orders by name
select
    order_id, split_part(order_id, ':', 1) as source, person_id, ordered_date, is_purchase, net_sales,
    is_first_purchase, delivered_at, 'JPY' as currency
from (values
    ('own:1', 'person-1', date '2026-08-05', true, 1000, true, timestamp '2026-08-08'),
    ('own:2', 'person-1', date '2026-09-10', true, 2000, false, null),
    ('own:3', 'person-2', date '2026-09-20', true, 4000, true, null),
    ('own:4', 'person-1', date '2026-10-03', true, 3000, false, null),
    ('own:5', 'person-2', date '2026-10-04', false, 0, null, null),
    ('mall:6', 'person-3', date '2026-10-15', true, 500, true, null)
) as orders (
    order_id, person_id, ordered_date, is_purchase, net_sales, is_first_purchase, delivered_at
);

insert into marts.fct_web_sessions by name select 'session-1' as session_id;

insert into marts.customer_360 by name
select * from (values
    ('person-1', 'repeater', 3, true), ('person-2', 'customer', 1, true),
    ('person-3', 'customer', 1, false), ('person-4', 'lead', 0, true),
    ('person-5', 'hot_lead', 0, true)
) as persons (person_id, stage, purchase_count, is_member);

insert into marts.rpt_kpi_daily by name
select unnest(generate_series(date '2026-08-05', date '2026-10-15', interval 1 day))::date as kpi_date;

insert into marts.rpt_cohort_retention by name
select * from (values
    (date '2026-08-01', 0, 1, 1, true), (date '2026-08-01', 1, 1, 1, true),
    (date '2026-08-01', 2, 1, 1, false),
    (date '2026-09-01', 0, 1, 1, true), (date '2026-09-01', 1, 1, 0, false),
    (date '2026-10-01', 0, 1, 1, false)
) as cells (cohort_month, months_since, cohort_size, active_persons, is_complete);

insert into marts.rpt_rfm by name
select * from (values
    ('person-1', 5, 3, 6000, 'loyal', 'ロイヤル', 'ACTIVE'),
    ('person-2', 5, 1, 4000, 'new', '新規', 'NEW'),
    ('person-3', 5, 1, 500, 'new', '新規', 'NEW')
) as buyers (person_id, r_score, f_score, monetary, rfm_segment, rfm_segment_ja, rfm_group);

insert into marts.rpt_deciles by name
select * from (values
    (1, 1, 6000, 6000 / 10500, 6000 / 10500), (2, 1, 4000, 4000 / 10500, 10000 / 10500),
    (3, 1, 500, 500 / 10500, 1.0)
) as deciles (decile, customers, net_sales, sales_share, cumulative_share);

insert into marts.rpt_stage_ladder by name
select * from (values
    (1, 'visitor', 'インターネットユーザー', 'browser', 12, 1.0), (2, 'lead', 'リード', 'person', 1, 0.2),
    (3, 'hot_lead', 'ホットリード', 'person', 1, 0.2), (4, 'customer', '顧客', 'person', 2, 0.4),
    (5, 'repeater', 'リピーター', 'person', 1, 0.2), (6, 'dormant_lead', '休眠リード', 'person', 0, 0.0),
    (7, 'dormant_customer', '休眠顧客', 'person', 0, 0.0)
) as stages (stage_order, stage, stage_ja, subject_kind, subjects, share_of_kind);

insert into marts.rpt_exclusions (subject, source, reason, "rows", amount, currency) values
    ('order', 'own', 'cancelled', 1, 700, 'JPY'),
    ('quarantined_row', 'mall', 'bad_date', 2, null, 'JPY'),
    ('quarantined_row', 'own', 'a_new_reason', 1, null, 'JPY');

insert into segments.seg_first_purchase by name select unnest(['person-4', 'person-5']) as person_id;
insert into segments.seg_second_purchase by name select 'person-2' as person_id;

insert into policy.send_eligibility (person_id, sync, segment, channel, allowed, reason_code, is_enabled) values
    ('person-4', 'first_purchase__mail', 'seg_first_purchase', 'email', true, null, true),
    ('person-5', 'first_purchase__mail', 'seg_first_purchase', 'email', false, 'no_consent', true),
    ('person-2', 'second_purchase__print', 'seg_second_purchase', 'print', false, 'open_delivery', true);

insert into _publication.publication values
    ('publication-7', 'small', 'run-1', date '2026-10-15', timestamp '2026-10-16 03:04:05', '1');
insert into _publication.gates values
    ('dbt/dbt_marts', 'dbt_tests', true, 'error', '12 of 12 tests passed'),
    ('inbound/own/orders', 'few_rows', false, 'warn', 'expected 10 rows, found 6'),
    ('outbound/seg_winback', 'person_id_unique', true, 'error', '');
