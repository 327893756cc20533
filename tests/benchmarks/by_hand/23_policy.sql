-- Who of every segment and of every step of a scenario may be written to.
create temp table received as
with messages as (
    select
        coalesce(
            send_id, source || ':' || provider_message_id || ':' || recipient,
            source || ':' || provider_event_id
        ) as message, channel, min(event_date) as day, max(email_key) as email_key,
        max(recipient) as recipient, max(line_provider) as line_provider,
    from message_log where event_type in ('sent', 'delivered') group by all
),

readers as (
    select message, channel, day, person_id from messages
    inner join (
        select person_id, email_key from contacts union select person_id, email_key from addresses
    ) using (email_key)
    where channel = 'email'
    union
    select message, channel, day, person_id from messages
    inner join line_users on line_user_id = recipient
        and line_users.line_provider = messages.line_provider
    where channel = 'line'
)

select
    person_id,
    count(*) filter (age_days(day) < 1) as in_1, count(*) filter (age_days(day) < 7) as in_7,
    count(*) filter (age_days(day) < 30) as in_30,
    count(*) filter (channel = 'line' and age_days(day) < 7) as by_line_in_7,
from readers group by person_id;

-- No sync of the shop is a message and every scenario is off, so none takes another's place.
create table policy.send_eligibility as
with scenarios(scenario, is_owed, promotes, held_percent) as (
    values
    ('welcome', false, false, 5), ('first_purchase', false, false, 10), ('f2', false, false, 10),
    ('thanks', true, false, 0), ('review_request', false, false, 0),
    ('replenishment', false, false, 10), ('cart_abandonment', false, true, 10),
    ('browse_abandonment', false, true, 10), ('winback', false, false, 10),
    ('birthday', false, false, 5), ('vip', false, false, 0), ('score_threshold', false, false, 10)
),

asked as (
    select
        person_id, sync, segment, channel, true as is_enabled, false as is_message,
        false as is_owed, null as product_id, 0 as held_percent,
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
    union all
    select
        person_id, sync, 'scenario_due', channel, false, true, is_owed,
        if(promotes, product_id, null), held_percent,
    from segments.scenario_due inner join scenarios using (scenario)
),

mail_reasons as (
    select
        person_id,
        min(list_position(['spam_complaint', 'unsubscribed', 'hard_bounce'], reason_code)) as rank,
        min(list_position(['spam_complaint', 'hard_bounce'], reason_code)) as owed_rank,
    from refused_mail group by person_id
),

blocked as (
    select person_id from line_users group by person_id having not bool_or(is_following)
),

owned as (
    select asked.person_id, asked.sync
    from asked
    inner join items using (product_id)
    inner join (
        select person_id, item_id, max(day) as day from item_days group by all
    ) as bought on bought.person_id = asked.person_id and bought.item_id = items.item.item_id
    left join repurchases
        on repurchases.person_id = asked.person_id and repurchases.product_id = bought.item_id
    where coalesce(due_status = 'not_due', age_days(bought.day) < 365)
),

judged as (
    select
        person_id, sync, segment, asked.channel, is_enabled,
        case
            when person_id in (select person_id from bindings where counts_as = 'erasure')
                then 'erased'
            when asked.channel = 'email' and is_owed and owed_rank is not null
                then ['spam_complaint', 'hard_bounce'][owed_rank]
            when asked.channel = 'email' and not is_owed and rank is not null
                then ['spam_complaint', 'unsubscribed', 'hard_bounce'][rank]
            when asked.channel = 'line' and person_id in (from blocked) then 'channel_block'
            when asked.channel = 'email' and not is_owed and person_id in (from soft_bouncers)
                then 'soft_bounces'
            when
                not is_owed and (has_left or (
                    granted_at is null and (
                        asked.channel in ('email', 'line') or not is_own_customer
                        or withdrawn_at is not null
                    )
                ))
                then 'no_consent'
            when asked.channel = 'email' and email_status = 'relay' then 'relay_address'
            when
                not case asked.channel
                    when 'email' then persons.has_email
                    when 'line' then persons.has_line
                    when 'phone' then persons.has_phone
                    else persons.has_postal_address
                end
                then 'unreachable'
            when is_owed then null
            when person_id in (from waiting) then 'open_delivery'
            when (person_id, sync) in (from owned) then 'already_bought'
            when has_open_inquiry then 'open_inquiry'
            when not is_message then null
            when in_1 >= 1 or in_7 >= 3 or in_30 >= 8 then 'frequency_cap'
            when asked.channel = 'line' and by_line_in_7 >= 2 then 'frequency_cap'
            when ('0x' || sha256(sync || ':' || person_id)[1:15])::bigint % 10000
                < held_percent * 100 then 'holdout'
        end as reason_code,
    from asked
    inner join marts.customer_360 as persons using (person_id)
    inner join reach using (person_id)
    left join person_consents
        on person_consents.person_id = asked.person_id and person_consents.channel = asked.channel
    left join mail_reasons using (person_id)
    left join received using (person_id)
)

select *, reason_code is null as allowed from judged;

create temp table all_syncs as
from (values
    ('first_purchase__sendgrid_contacts', null), ('second_purchase__sendgrid_contacts', null),
    ('second_purchase__file', null), ('winback__sendgrid_contacts', null), ('winback__file', null),
    ('welcome__hello', 'lead'), ('welcome__guide', 'lead'), ('first_purchase__day7', 'lead'),
    ('first_purchase__day21', 'lead'), ('f2__day3', 'f2'), ('f2__day14', 'f2'), ('f2__day45', 'f2'),
    ('thanks__thanks', 'none'), ('review_request__ask', 'none'),
    ('replenishment__remind', 'order'), ('cart_abandonment__first', 'order'),
    ('browse_abandonment__first', 'order'), ('winback__first', 'order'),
    ('winback__second', 'order'), ('birthday__week_before', 'order'),
    ('birthday__on_the_day', 'order'), ('vip__hello', 'order'), ('score_threshold__offer', 'lead')
) as syncs (sync, basis);

create table policy.eligibility_waterfall as
with steps as (
    select sync, unnest([
        'in_segment', 'erased', 'spam_complaint', 'unsubscribed', 'hard_bounce', 'channel_block',
        'topic_unsubscribed', 'soft_bounces', 'no_consent', 'no_ads_consent', 'relay_address',
        'unreachable', 'open_delivery', 'already_bought', 'open_inquiry', 'low_interest',
        'frequency_cap', 'holdout'
    ]) as reason_code, generate_subscripts(range(18), 1) - 1 as step_order,
    from all_syncs
),

refused as (
    select sync, reason_code, count(*) as removed from policy.send_eligibility group by all
),

sizes as (select sync, count(*) as members from policy.send_eligibility group by sync)

select
    sync, step_order, reason_code, coalesce(removed, 0) as removed,
    (
        coalesce(members, 0)
        - coalesce(sum(removed) over (partition by sync order by step_order), 0)
    )::bigint as remaining,
from steps left join refused using (sync, reason_code) left join sizes using (sync);

create table policy.rpt_scenario_reach as
with titles(scenario, title_ja, title_en) as (
    values
    ('birthday', 'お誕生日', 'Birthday'),
    ('browse_abandonment', '閲覧放棄', 'Browse abandonment'),
    ('cart_abandonment', 'カート放棄', 'Cart abandonment'),
    ('f2', '2回目購入', 'Second purchase'),
    ('first_purchase', '初回購入', 'First purchase'),
    ('replenishment', '買い足し', 'Replenishment'),
    ('review_request', 'レビューのお願い', 'Review request'),
    ('score_threshold', '見込み度が高い方', 'High lead score'),
    ('thanks', 'お礼', 'Thanks'),
    ('vip', '優良顧客入り', 'Among the best buyers'),
    ('welcome', 'ようこそ', 'Welcome'),
    ('winback', '休眠復帰', 'Win-back')
),

profits as (
    select
        avg(profit) filter (purchase_no = 1) as lead, avg(profit) filter (purchase_no = 2) as f2,
        avg(profit) filter (purchase_no >= 2) as orders,
    from (
        select
            person_id, purchase_no,
            if(bool_and(gross_profit is not null), sum(gross_profit), null) as profit,
        from marts.fct_orders
        where is_purchase and person_id is not null and age_days(ordered_date) < 365 group by all
    )
),

chances as (
    select
        sync, reason_code,
        case basis
            when 'f2' then (
                select conversion_ratio from marts.rpt_f2_conversion
                where dimension = 'all' and purchase_no = 1 and window_days = 90
            )
            when 'order' then expected_orders_90d
            when 'lead' then probability
        end as chance,
    from policy.send_eligibility
    inner join all_syncs using (sync)
    left join marts.customer_predictions using (person_id)
    left join marts.rpt_lead_probabilities using (person_id)
    where segment = 'scenario_due'
)

select
    split_part(sync, '__', 1) as scenario, split_part(sync, '__', 2) as step, sync, title_ja,
    title_en, false as is_enabled,
    count(chances.sync) as due,
    count(*) filter (reason_code in (
        'erased', 'spam_complaint', 'unsubscribed', 'topic_unsubscribed', 'no_consent'
    )) as without_permission,
    count(*) filter (reason_code in (
        'hard_bounce', 'channel_block', 'soft_bounces', 'relay_address', 'unreachable'
    )) as unreachable,
    count(*) filter (reason_code in ('open_delivery', 'open_inquiry')) as waiting,
    count(*) filter (reason_code in ('already_bought', 'low_interest')) as not_wanted,
    count(*) filter (reason_code = 'frequency_cap') as over_cap,
    count(*) filter (reason_code = 'holdout') as held_out,
    count(chances.sync) filter (reason_code is null) as allowed,
    case basis
        when 'lead' then 'lead_probability' when 'f2' then 'f2_conversion'
        when 'order' then 'order_prediction' else 'none'
    end as expectation,
    case basis when 'lead' then 14 when 'none' then null else 90 end::bigint as expectation_days,
    count(chance) filter (reason_code is null) as judged,
    sum(chance) filter (reason_code is null) as expected_orders,
    (case basis when 'lead' then lead when 'f2' then f2 when 'order' then orders end)
        ::decimal(18, 3) as gross_profit_per_order,
    (
        expected_orders * case basis when 'lead' then lead when 'f2' then f2 else orders end
    )::decimal(18, 3) as expected_gross_profit,
    'JPY' as currency, getvariable('as_of') as as_of_date,
from all_syncs
inner join titles on scenario = split_part(sync, '__', 1)
cross join profits
left join chances using (sync)
where basis is not null
group by sync, basis, title_ja, title_en, lead, f2, orders;
