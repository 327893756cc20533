-- Segments, and who of them may be written to.
create schema segments;

create table segments.seg_first_purchase as
select
    person_id, consented_at as entered_at, 'consented lead, never bought' as reason,
    tokyo_day(registered_at) as registered_date,
    age_days(registered_date) as days_since_registration,
    last_viewed_product_id as last_product_id, catalogue.name as last_product_name, cart_adds_14d,
from marts.customer_360
inner join (from reach select person_id, consented_at) using (person_id)
left join order_counts using (person_id)
left join views using (person_id)
left join catalogue on last_viewed_product_id = product_id
where
    purchase_count = 0 and not coalesce(has_unsettled_order, false)
    and (email_consent or line_consent);

create table segments.seg_second_purchase as
select
    person_id, first_delivered_at + interval 14 days as entered_at,
    'first purchase delivered, no second yet' as reason, persons.first_purchase_date,
    tokyo_day(first_delivered_at) as first_delivered_date,
    age_days(first_delivered_date) as days_since_delivery,
    first_line.product_id as first_product_id, first_line.product_name as first_product_name,
    persons.net_sales,
from marts.customer_360 as persons
inner join buyers using (person_id)
left join tastes using (person_id)
where buyers.purchase_count = 1 and days_since_delivery between 14 and 180;

create table segments.seg_winback as
select
    person_id, last_purchase_date + interval 181 days - interval 9 hours as entered_at,
    'bought before, silent since' as reason, last_purchase_date, recency_days, purchase_count,
    net_sales, last_line.product_name as last_product_name,
from marts.customer_360
left join tastes using (person_id)
where recency_days between 181 and 730;

create table policy.media as
from (values
    ('email', 'opt_in', null, null, true), ('line', 'opt_in', '21:00', '08:00', true),
    ('sms', 'opt_in', '21:00', '08:00', true), ('webhook', 'opt_in', null, null, true),
    ('print', 'opt_out', null, null, true), ('phone', 'opt_out', '20:00', '09:00', true),
    ('ads', 'opt_in', null, null, false)
) as media (channel, consent_rule, quiet_from, quiet_until, counts_towards_cap);

create table policy.frequency_rules as
from (values
    ('all', 1, 1), ('all', 7, 3), ('all', 30, 8), ('sms', 7, 1), ('line', 7, 2), ('print', 30, 1)
) as rules (medium, window_days, max_messages);

-- Orders that are unpaid, on their way or arrived a moment ago.
create temp table waiting as
with arrivals as (
    select
        own.source || ':' || own.source_order_id as order_id,
        coalesce(own.carrier, others.carrier) as carrier,
        coalesce(own.prefecture, others.prefecture) as prefecture,
        tokyo_day(coalesce(own.shipped_at, others.shipped_at)) as left_on,
        tokyo_day(coalesce(own.delivered_at, others.delivered_at)) as here_on,
        if(left_on <= getvariable('as_of'), left_on, null) as left_day,
        if(here_on <= getvariable('as_of'), here_on, null) as here_day, own.requested_date,
    from parcels as own
    left join (
        select
            tracking_number, min(shipped_at) as shipped_at, max(delivered_at) as delivered_at,
            max(carrier) as carrier, max(prefecture) as prefecture,
        from parcels where source_order_id is null and tracking_number is not null
        group by tracking_number
    ) as others using (tracking_number)
    where own.source_order_id is not null
),

transit as (
    select carrier, prefecture, ceil(quantile_cont((here_day - left_day)::double, 0.9)) as days,
    from arrivals where here_day >= left_day
    group by grouping sets ((carrier, prefecture), (carrier), ())
    having count(*) >= 20
        and (grouping(carrier) = 1 or carrier is not null)
        and (grouping(prefecture) = 1 or prefecture is not null)
),

parcel_days as (
    select
        arrivals.*,
        greatest(
            left_day + coalesce(
                (select min(days) from transit as t where t.carrier = arrivals.carrier
                    and t.prefecture = arrivals.prefecture),
                (select min(days) from transit as t where t.carrier = arrivals.carrier
                    and t.prefecture is null),
                (select min(days) from transit as t where t.carrier is null), 7
            )::integer,
            coalesce(requested_date, left_day)
        ) as expected_day,
    from arrivals
),

per_order as (
    select
        order_id, bool_and(here_day is not null) as is_here,
        bool_and(coalesce(here_day, left_day) is not null) as has_left,
        max(coalesce(here_day, if(left_day is null, null, expected_day))) as arrival,
    from parcel_days group by order_id
)

select distinct person_id
from marts.fct_orders left join per_order using (order_id)
where
    person_id is not null and coalesce(status, '') not in ('cancelled', 'returned')
    and case
        when exclusion_reason = 'pending' then age_days(ordered_date) <= 30
        when not is_purchase then false
        when (is_here or status <> 'delivered') and age_days(arrival) < 2 then true
        when is_here or status = 'delivered' then false
        when is_here is null and status = 'shipped' then age_days(ordered_date) <= 30
        else is_here is null or not has_left
    end;
