-- The current row of every key, straight from the lake; only the columns that anything needs.
-- The caller sets the variables lake, bots (a CSV of tokens) and as_of.
-- No table promises an order of its rows, and keeping one costs memory and time.
set preserve_insertion_order = false;

create temp macro raw(entity) as table
from read_parquet(
    getvariable('lake') || '/raw/*/' || entity || '/**/*.parquet', hive_partitioning = false
);
-- Japan has had no summer time since 1951.
create temp macro tokyo_day(instant) as cast(instant + interval 9 hours as date);
create temp macro age_days(day) as datediff('day', day, getvariable('as_of'));
create temp macro is_known_address(status) as coalesce(status in ('valid', 'legacy_jp'), false);

create temp table customers as
select
    _source as source, source_customer_id, registered_at, updated_at, family_name, given_name,
    family_name_kana, given_name_kana, email, email_key, email_status, name_key, phone, postal_code,
    prefecture, address_line1, address_line2, birth_date, gender, line_user_id, is_active, email_loose_key, phone_key,
    phone_kind, name_loose_key, given_name_key, family_name_key, kana_key, given_kana_key,
    romaji_key, address_key, birth_key,
from raw('customers')
qualify row_number() over (
    partition by _source, source_customer_id
    order by _version desc nulls last, _file desc, _revision desc, _row desc
) = 1;

create temp table all_orders as
select
    _source as source, source_order_id, source_customer_id, source_subscription_id, status,
    sales_channel, campaign_code,
    coalesce(currency, 'JPY') as currency, coalesce(discount, 0) as discount,
    coalesce(shipping_fee, 0) as shipping_fee, total, ordered_at, updated_at,
    tokyo_day(ordered_at) as ordered_date, family_name, given_name, family_name_kana,
    given_name_kana, email, email_key, email_status, name_key, phone, postal_code, prefecture,
    address_line1, address_line2, birth_date, gender, email_loose_key, phone_key,
    phone_kind, name_loose_key, given_name_key, family_name_key, kana_key, given_kana_key,
    romaji_key, address_key, birth_key,
from raw('orders')
qualify row_number() over (
    partition by _source, source_order_id
    order by _version desc nulls last, _file desc, _revision desc, _row desc
) = 1;

create temp table goods as
select
    _source as source, source_order_id, source_line_id, product_name, quantity, unit_price,
    coalesce(source_product_id, product_code) as source_product_id,
    coalesce(product_code, source_product_id) as product_code,
    coalesce(returned_quantity, 0) as returned_quantity, coalesce(line_kind, 'item') as line_kind,
from (
    -- An order exported anew brings all its lines: those that it no longer holds are gone.
    from raw('order_lines')
    qualify (_file, _revision) = first_value((_file, _revision)) over (
        partition by _source, source_order_id
        order by _version desc nulls last, _file desc, _revision desc
    )
)
qualify row_number() over (
    partition by _source, source_order_id, source_line_id
    order by _version desc nulls last, _file desc, _revision desc, _row desc
) = 1 and coalesce(line_kind, 'item') = 'item';

create temp table products as
select *, _source as source
from raw('products')
qualify row_number() over (
    partition by _source, source_product_id
    order by _version desc nulls last, _file desc, _revision desc, _row desc
) = 1;

create temp table parcels as
select
    _source as source, source_order_id, shipped_at, delivered_at, carrier, prefecture,
    requested_date, source_shipment_id,
    replace(tracking_number, '-', '') as tracking_number,
from raw('shipments')
qualify row_number() over (
    partition by _source, source_shipment_id
    order by _version desc nulls last, _file desc, _revision desc, _row desc
) = 1;

create temp table consents as
select
    _source as source, source_consent_id, source_customer_id, line_user_id, email_key, channel,
    purpose, action, legal_basis, form_version, collected_by, occurred_at,
from raw('consents')
qualify row_number() over (
    partition by _source, source_consent_id
    order by _version desc nulls last, _file desc, _revision desc, _row desc
) = 1;
