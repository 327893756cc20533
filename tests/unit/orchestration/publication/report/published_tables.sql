-- The published tables that the report reads, with every column of their contract.
create schema marts;
create schema segments;
create schema policy;
create schema _publication;

create table marts.fct_orders (
    order_id varchar, source varchar, source_order_id varchar, person_id varchar,
    source_customer_id varchar, ordered_at timestamp, ordered_date date, status varchar,
    sales_channel varchar, campaign_code varchar, currency varchar,
    gross_sales decimal(18, 3), discount decimal(18, 3), shipping_fee decimal(18, 3),
    returned_amount decimal(18, 3), net_sales decimal(18, 3), cost decimal(18, 3),
    gross_profit decimal(18, 3), is_purchase boolean, exclusion_reason varchar,
    purchase_no bigint, is_first_purchase boolean, delivered_at timestamp,
    is_open_delivery boolean, source_total decimal(18, 3)
);
create table marts.fct_web_sessions (
    session_id varchar, anonymous_id varchar, person_id varchar, source varchar,
    started_at timestamp, ended_at timestamp, session_date date, duration_seconds bigint,
    page_views bigint, product_views bigint, searches bigint, cart_adds bigint,
    checkouts bigint, purchases bigint, landing_page varchar, exit_page varchar,
    referrer varchar, utm_source varchar, utm_medium varchar, utm_campaign varchar,
    has_order boolean
);
create table marts.customer_360 (
    person_id varchar, stage varchar, stage_entered_evidence varchar, first_seen_at timestamp,
    registered_at timestamp, is_member boolean, is_guest_only boolean, has_email boolean,
    has_phone boolean, has_postal_address boolean, has_line boolean, email_consent boolean,
    line_consent boolean, is_email_suppressed boolean, prefecture varchar, gender varchar,
    birth_month bigint, age_band varchar, order_count bigint, purchase_count bigint,
    cancelled_order_count bigint, first_purchase_date date, last_purchase_date date,
    recency_days bigint, tenure_days bigint, net_sales decimal(18, 3),
    gross_profit decimal(18, 3), average_order_value decimal(18, 3),
    returned_amount decimal(18, 3), first_product_id varchar, first_source varchar,
    favourite_category varchar, category_count bigint, has_open_delivery boolean,
    last_delivered_at timestamp, has_open_inquiry boolean, has_active_subscription boolean,
    sessions_30d bigint, product_views_30d bigint, cart_adds_14d bigint,
    last_session_at timestamp, emails_delivered_90d bigint, human_clicks_90d bigint,
    last_human_click_at timestamp, rfm_segment varchar, decile bigint, currency varchar,
    as_of_date date
);
create table marts.rpt_kpi_daily (
    kpi_date date, orders bigint, buyers bigint, new_buyers bigint, repeat_buyers bigint,
    net_sales decimal(18, 3), new_net_sales decimal(18, 3), repeat_net_sales decimal(18, 3),
    gross_profit decimal(18, 3), returned_amount decimal(18, 3), cancelled_orders bigint,
    average_order_value decimal(18, 3), sessions bigint, visitors bigint,
    orders_per_session double, members_registered bigint, emails_delivered bigint,
    human_clicks bigint, unsubscribes bigint, ad_cost decimal(18, 3), currency varchar
);
create table marts.rpt_cohort_retention (
    cohort_month date, months_since bigint, cohort_size bigint, active_persons bigint,
    retention_ratio double, cumulative_buyers_repeat bigint,
    cumulative_net_sales decimal(18, 3), cumulative_sales_per_person decimal(18, 3),
    is_complete boolean, currency varchar
);
create table marts.rpt_rfm (
    person_id varchar, recency_days bigint, frequency bigint, monetary decimal(18, 3),
    r_score bigint, f_score bigint, m_score bigint, rfm_segment varchar,
    rfm_segment_ja varchar, as_of_date date, currency varchar
);
create table marts.rpt_deciles (
    decile bigint, customers bigint, net_sales decimal(18, 3), sales_share double,
    cumulative_share double, average_sales decimal(18, 3), min_sales decimal(18, 3),
    max_sales decimal(18, 3), as_of_date date, currency varchar
);
create table marts.rpt_stage_ladder (
    stage_order bigint, layer varchar, layer_ja varchar, stage varchar, stage_ja varchar,
    subject_kind varchar, subjects bigint, share_of_kind double, as_of_date date
);
create table marts.rpt_exclusions (
    subject varchar, source varchar, reason varchar, "rows" bigint, amount decimal(18, 3),
    currency varchar
);
create table segments.seg_first_purchase (
    person_id varchar, entered_at timestamp, reason varchar, registered_date date,
    days_since_registration bigint, last_product_id varchar, last_product_name varchar,
    cart_adds_14d bigint
);
create table segments.seg_second_purchase (
    person_id varchar, entered_at timestamp, reason varchar, first_purchase_date date,
    first_delivered_date date, days_since_delivery bigint, first_product_id varchar,
    first_product_name varchar, net_sales decimal(18, 3)
);
create table segments.seg_winback (
    person_id varchar, entered_at timestamp, reason varchar, last_purchase_date date,
    recency_days bigint, purchase_count bigint, net_sales decimal(18, 3),
    last_product_name varchar
);
create table policy.send_eligibility (
    person_id varchar, sync varchar, segment varchar, channel varchar, allowed boolean,
    reason_code varchar
);
create table _publication.publication (
    publication_id varchar, shop varchar, run_id varchar, as_of_date date,
    published_at timestamp, work_schema_version varchar
);
create table _publication.gates (
    stage varchar, check_name varchar, passed boolean, severity varchar, detail varchar
);
