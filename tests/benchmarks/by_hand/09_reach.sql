-- Whom the shop may and can reach, and who is being served.
create temp table reach as
with standing as (
    -- A record that has left counts at once, one that lets somebody in only up to as_of.
    select
        person_id,
        bool_or(not coalesce(is_active, true)) and not bool_or(is_active_member) as has_left,
        bool_or(is_active_member or is_own_guest) as is_own_customer,
    from (
        select
            source || '|customer|' || source_customer_id as record_key, is_active,
            source = 'ec_cube' and coalesce(is_active, true)
            and coalesce(tokyo_day(registered_at) <= getvariable('as_of'), true)
                as is_active_member,
            false as is_own_guest,
        from customers
        union all
        select
            source || '|order|' || source_order_id, true, false, source_customer_id is null,
        from all_orders where source = 'ec_cube' and ordered_date <= getvariable('as_of')
    )
    inner join person_map using (record_key)
    group by person_id
),

accounts_of_line as (
    select
        person_id, bool_or(is_following) as has_line,
        coalesce(min(line_user_id) filter (is_following), min(line_user_id)) as line_user_id,
    from line_users group by person_id
)

select
    person_id, contacts.* exclude (person_id), line_user_id, coalesce(has_line, false) as has_line,
    is_known_address(email_status) as has_email, phone is not null as has_phone,
    postal_code is not null and address_line1 is not null as has_postal_address,
    by_mail.granted_at is not null as email_consent,
    by_line.granted_at is not null as line_consent,
    least(by_mail.granted_at, by_line.granted_at) as consented_at,
    person_id in (from barred) as is_email_suppressed,
    coalesce(has_left, false) as has_left, coalesce(is_own_customer, false) as is_own_customer,
    month(birth_date) as birth_month, datesub('year', birth_date, getvariable('as_of')) as age,
    case
        when birth_date > getvariable('as_of') or age >= 110 then null
        when age < 20 then 'under 20'
        when age >= 70 then '70 and over'
        else (age // 10 * 10) || 's'
    end as age_band,
from persons
left join contacts using (person_id)
left join accounts_of_line using (person_id)
left join standing using (person_id)
left join (from person_consents where channel = 'email') as by_mail using (person_id)
left join (from person_consents where channel = 'line') as by_line using (person_id);

create schema contact;

create table contact.person_contacts as
select
    person_id, family_name, given_name, family_name_kana, given_name_kana, email, email_status,
    phone, postal_code, prefecture, address_line1, address_line2, line_user_id,
from reach;

create temp table asking as
select distinct coalesce(members.person_id, addresses.person_id) as person_id,
from (
    from raw('inquiries')
    qualify row_number() over (
        partition by _source, source_inquiry_id
        order by _version desc nulls last, _file desc, _revision desc, _row desc
    ) = 1
) as inquiries
left join members using (source_customer_id)
left join addresses on members.person_id is null and inquiries.email_key = addresses.email_key
where coalesce(tokyo_day(closed_at) > getvariable('as_of'), true);

create temp table subscribing as
select distinct person_id,
from (
    from raw('subscriptions')
    qualify row_number() over (
        partition by _source, source_subscription_id
        order by _version desc nulls last, _file desc, _revision desc, _row desc
    ) = 1
)
inner join members using (source_customer_id)
where
    tokyo_day(started_at) <= getvariable('as_of')
    and coalesce(tokyo_day(paused_at) > getvariable('as_of'), true)
    and coalesce(tokyo_day(cancelled_at) > getvariable('as_of'), true);
