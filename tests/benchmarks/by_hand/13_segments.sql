-- Segments, and who of them may be written to.
create schema segments;
create schema policy;

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

create table policy.send_eligibility as
with asked as (
    select person_id, sync, segment, channel,
    from (
        select person_id, 'seg_first_purchase' as segment from segments.seg_first_purchase
        union all
        select person_id, 'seg_second_purchase' from segments.seg_second_purchase
        union all
        select person_id, 'seg_winback' from segments.seg_winback
    )
    inner join (values
        ('first_purchase__sendgrid_contacts', 'seg_first_purchase', 'email'),
        ('second_purchase__sendgrid_contacts', 'seg_second_purchase', 'email'),
        ('second_purchase__file', 'seg_second_purchase', 'phone'),
        ('winback__sendgrid_contacts', 'seg_winback', 'email'),
        ('winback__file', 'seg_winback', 'print')
    ) as syncs (sync, segment, channel) using (segment)
)

select
    person_id, sync, segment, channel,
    case
        when channel = 'email' and persons.is_email_suppressed then 'suppressed'
        when
            has_left
            or (
                granted_at is null
                and (channel = 'email' or not is_own_customer or withdrawn_at is not null)
            )
            then 'no_consent'
        when channel = 'email' and email_status = 'relay' then 'relay_address'
        when
            not case channel
                when 'email' then persons.has_email
                when 'phone' then persons.has_phone
                else persons.has_postal_address
            end
            then 'unreachable'
        when has_open_delivery then 'open_delivery'
        when has_open_inquiry then 'open_inquiry'
    end as reason_code,
    reason_code is null as allowed,
from asked
inner join marts.customer_360 as persons using (person_id)
inner join reach using (person_id)
left join person_consents using (person_id, channel);

create table policy.eligibility_waterfall as
with steps as (
    select sync, count(*) as members, unnest([
        'in_segment', 'suppressed', 'no_consent', 'relay_address', 'unreachable', 'open_delivery',
        'open_inquiry'
    ]) as reason_code, generate_subscripts(range(7), 1) - 1 as step_order,
    from policy.send_eligibility group by sync
),

refused as (
    select sync, reason_code, count(*) as removed from policy.send_eligibility group by all
)

select
    sync, step_order, reason_code, coalesce(removed, 0) as removed,
    (members - coalesce(sum(removed) over (partition by sync order by step_order), 0))::bigint
        as remaining,
from steps left join refused using (sync, reason_code);
