-- One row per person of everything that is not an order: records, contact, behaviour.
create temp table persons as
select
    person_id, min(first_seen_at) as first_seen_at, min(registered_at) as registered_at,
    bool_or(coalesce(customers.source = 'ec_cube', false) and coalesce(is_active, true))
        as is_member,
    bool_and(record_kind = 'order') as is_guest_only,
from records
inner join person_map using (record_key)
left join customers
    on
        record_kind = 'customer' and records.source = customers.source
        and records.source_customer_id = customers.source_customer_id
where first_seen_at is null or tokyo_day(first_seen_at) <= getvariable('as_of')
group by person_id;

create temp table described as
select *, row_number() over (
    partition by person_id order by trust, stated_at desc nulls last, record_key
) as place
from (
    select
        *, source || '|customer|' || source_customer_id as record_key,
        if(source = 'ec_cube', 1, 2) as trust, coalesce(updated_at, registered_at) as stated_at,
    from customers
    union all by name
    select *, source || '|order|' || source_order_id as record_key, 3 as trust,
        ordered_at as stated_at,
    from all_orders where ordered_date <= getvariable('as_of')
)
inner join person_map using (record_key);

-- What belongs together comes from one record: a name, a mailbox, an address.
create temp table contacts as
select
    person_id,
    unnest(arg_min({
        family_name: family_name, given_name: given_name, family_name_kana: family_name_kana,
        given_name_kana: given_name_kana, family_name_key: family_name_key
    }, place) filter (coalesce(family_name, given_name) is not null)),
    unnest(arg_min(
        {email: email, email_key: email_key, email_status: email_status},
        (if(is_known_address(email_status), 1, if(email_status = 'relay', 2, 3)), place)
    ) filter (email is not null or email_status = 'relay' or is_known_address(email_status))),
    arg_min(phone, place) filter (phone is not null) as phone,
    unnest(arg_min({
        postal_code: postal_code, prefecture: prefecture, address_line1: address_line1,
        address_line2: address_line2, address_key: address_key
    }, (if(postal_code is not null and address_line1 is not null, 1, 2), place)) filter (
        prefecture is not null or (postal_code is not null and address_line1 is not null)
    )),
    arg_min(birth_date, place) filter (birth_date is not null) as birth_date,
    arg_min(gender, place) filter (gender is not null) as gender,
from described group by person_id;

-- One household is one family name, or one landline, at an address of few. A landline that two
-- names share makes them one family under the first of them.
create temp table households as
with residents as (
    select person_id, address_key, family_name_key, coalesce(family_name_key, person_id) as surname,
        coalesce(landlines, []) as landlines,
    from contacts
    left join (
        select person_id, list(distinct phone_key) as landlines
        from described where phone_kind = 'fixed' and phone_key is not null group by person_id
    ) using (person_id)
    where
        address_key is not null
        and address_key not in (select id_value from blocked where id_type = 'address')
),

telephones as (
    select address_key, landline, coalesce(min(family_name_key), landline) as first_family
    from (select *, unnest(landlines) as landline from residents)
    group by address_key, landline
),

families as (
    select person_id, residents.address_key, surname, coalesce(min(first_family), surname) as family
    from residents
    left join telephones
        on
            residents.address_key = telephones.address_key
            and list_contains(landlines, landline)
    group by person_id, residents.address_key, surname
)

select
    person_id,
    'h_' || left(sha256('enishi|' || address_key || '|' || min(family) over house), 16)
        as household_id,
from families window house as (partition by address_key, surname);

create temp table web_counts as
select
    person_id, max(ended_at) as last_session_at, max(session_date) as last_session_date,
    max(session_date) filter (cart_adds + checkouts > 0) as last_cart_date,
    count(*) filter (age_days(session_date) < 30) as sessions_30d,
    sum(if(age_days(session_date) < 30, product_views, 0)) as product_views_30d,
    sum(if(age_days(session_date) < 14, cart_adds, 0)) as cart_adds_14d,
from marts.fct_web_sessions
where person_id is not null
group by person_id;

create temp table views as
with viewed as (
    select person_id, source_product_id, max((occurred_at, web_event_id)) as last_view,
        count(*) filter (age_days(occurred_date) < 7) as views,
    from session_events inner join marts.fct_web_sessions as sessions using (session_id)
    where
        event_type = 'product_view' and source_product_id is not null
        and sessions.person_id is not null
    group by person_id, source_product_id
)

select
    person_id, max(views) as most_views,
    'ec_cube:' || arg_max(source_product_id, last_view) as last_viewed_product_id,
from viewed group by person_id;
