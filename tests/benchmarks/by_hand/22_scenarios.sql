-- Whose step of a scenario is due on the morning after as_of; the shop has sent none of them yet.
create temp macro tokyo_hour(day, hour) as cast(day as timestamp) + to_hours(hour - 9);

create temp table scenario_calls as
with shown as (
    select
        person_id, event_type, occurred_date, occurred_at, web_event_id,
        'ec_cube:' || source_product_id as product_id,
    from session_events inner join marts.fct_web_sessions as sessions using (session_id)
    where sessions.person_id is not null and event_type in ('cart_add', 'product_view')
),

browsed as (
    select person_id, occurred_date, product_id, count(*) as views, max(occurred_at) as seen_at
    from shown
    anti join (from shown where event_type = 'cart_add') using (person_id, occurred_date)
    where product_id is not null
    group by person_id, occurred_date, product_id
    qualify row_number() over (
        partition by person_id, occurred_date order by views desc, seen_at desc, product_id
    ) = 1
),

births as (
    select person_id, y, make_date(y, month(birth_date), 1) as first_day,
        least(day(birth_date), day(last_day(first_day))) as birthday,
    from contacts, unnest([year(getvariable('as_of')), year(getvariable('as_of')) + 1]) as t(y)
    where birth_date is not null
),

arrivals as (
    select
        person_id, product_code, ordered_date as last_bought_date,
        max(tokyo_day(delivered_at)) as arrived
    from marts.fct_order_lines inner join marts.dim_products using (product_id)
    inner join (from marts.fct_orders select order_id, delivered_at) using (order_id)
    where is_counted and delivered_at is not null
    group by all
),

best as (from marts.customer_360 where decile = 1),

rises as (
    select person_id, sum(orders.net_sales) as spent, max(ordered_at) as began_at,
    from marts.fct_orders as orders inner join best using (person_id)
    where is_purchase and ordered_date = best.last_purchase_date group by person_id
)

select 'welcome' as scenario, person_id, registered_at::varchar as occurrence,
    registered_at as began_at, null::varchar as product_id, 'became a member' as reason,
from marts.customer_360 where is_member and registered_at is not null
union all
select 'first_purchase', person_id, entered_at::varchar, entered_at, last_product_id, reason,
from segments.seg_first_purchase
union all
select 'f2', person_id, any_value(persons.first_purchase_date)::varchar, max(delivered_at),
    any_value(first_product_id),
    'first purchase delivered, no second yet',
from marts.fct_orders inner join marts.customer_360 as persons using (person_id)
where is_first_purchase and persons.purchase_count = 1
group by person_id having bool_and(delivered_at is not null)
union all
select 'thanks', person_id, order_id, ordered_at, null, 'bought',
from marts.fct_orders where is_purchase and person_id is not null
union all
select 'review_request', person_id, order_id, delivered_at,
    (
        select arg_min(product_id, (-lines.net_sales, product_id))
        from marts.fct_order_lines as lines
        where lines.order_id = orders.order_id and is_counted and product_id is not null
    ),
    'order delivered, nothing sent back, no open inquiry',
from marts.fct_orders as orders inner join marts.customer_360 as persons using (person_id)
where is_purchase and delivered_at is not null and orders.returned_amount = 0
    and not has_open_inquiry
union all
select 'replenishment', person_id, last_bought_date || '|' || product_id,
    tokyo_hour(
        greatest(remind_from_date, arrived + ceil(cycle_days / 2)::integer + 1), 0
    ), product_id, 'pack soon used up',
from marts.rpt_repurchase_due
left join arrivals using (person_id, product_code, last_bought_date)
where is_in_stock and remind_from_date is not null
union all
select 'cart_abandonment', person_id, occurred_date::varchar, max(occurred_at),
    arg_max(struct_pack(p := product_id), (occurred_at, web_event_id)).p,
    'left a product in the cart',
from shown where event_type = 'cart_add' group by person_id, occurred_date
union all
select 'browse_abandonment', person_id, occurred_date::varchar, seen_at, product_id,
    'looked at a product again and again',
from browsed where views >= 2
union all
select 'winback', person_id, max(day)::varchar, tokyo_hour(
        max(day) + floor((
            count(gap) * coalesce(quantile_cont(gap::double, 0.8), 0) + 3 * 181
        ) / (count(gap) + 3) + 0.500001)::integer, 0
    ), null, 'the own rhythm has run out',
from (
    select
        person_id, ordered_date as day,
        ordered_date - lag(ordered_date) over (partition by person_id order by ordered_date) as gap,
    from (select distinct person_id, ordered_date from marts.fct_orders
        where is_purchase and person_id is not null)
) group by person_id
union all
select 'birthday', person_id, y::varchar, tokyo_hour(first_day + (birthday - 1)::integer, 0), null,
    'birthday',
from births
union all
select 'vip', person_id, best.last_purchase_date::varchar, began_at, null, 'rose among the best buyers',
from rises inner join best using (person_id)
where best.net_sales - spent < (select min(net_sales) from best)
union all
select 'score_threshold', person_id, tokyo_day(crossed_threshold_at)::varchar, crossed_threshold_at, null,
    'lead score rose over the threshold',
from marts.rpt_lead_scores where is_above_threshold and crossed_threshold_at is not null;

create table segments.scenario_due as
with steps(scenario, step, days, hours, hour, lasts, media, ends, again) as (
    values
    ('welcome', 'hello', 0, null, 10, 72, ['email'], false, null),
    ('welcome', 'guide', 3, null, 10, 72, ['email'], false, null),
    ('first_purchase', 'day7', 7, null, 10, 96, ['line', 'email'], true, null),
    ('first_purchase', 'day21', 21, null, 10, 96, ['email'], true, null),
    ('f2', 'day3', 3, null, 10, 72, ['email'], true, null),
    ('f2', 'day14', 14, null, 10, 96, ['line', 'email'], true, null),
    ('f2', 'day45', 45, null, 10, 168, ['email'], true, null),
    ('thanks', 'thanks', null, 0, 9, 48, ['email'], false, 0),
    ('review_request', 'ask', 7, null, 18, 120, ['email'], false, 0),
    ('replenishment', 'remind', 0, null, 10, 168, ['line', 'email'], true, 0),
    ('cart_abandonment', 'first', null, 4, 10, 36, ['line', 'email'], true, 7),
    ('browse_abandonment', 'first', null, 8, 18, 48, ['email'], true, 14),
    ('winback', 'first', 0, null, 10, 168, ['email'], true, 0),
    ('winback', 'second', 30, null, 10, 168, ['line', 'email'], true, 0),
    ('birthday', 'week_before', -7, null, 10, 96, ['email'], false, 0),
    ('birthday', 'on_the_day', 0, null, 10, 24, ['line', 'email'], false, 0),
    ('vip', 'hello', 1, null, 10, 168, ['email'], false, 365),
    ('score_threshold', 'offer', null, 0, 10, 72, ['line', 'email'], true, 30)
),

bought as (
    select person_id, max(ordered_at) as ordered_at from marts.fct_orders
    where status <> 'cancelled' group by person_id
),

chosen as (
    select
        person_id, scenario, step,
        coalesce(
            list_filter(media, lambda m: case m
                when 'email' then persons.has_email and persons.email_consent
                else persons.has_line and persons.line_consent
            end)[1], media[1]
        ) as channel,
        concat_ws('__', scenario, step) as sync, occurrence,
        if(
            hours is null,
            tokyo_hour(tokyo_day(began_at) + days::integer, hour), began_at + to_hours(hours)
        ) as due_at,
        due_at + to_hours(lasts) as expires_at, false as is_sent, reason, product_id,
        again = 0 as is_each,
    from scenario_calls
    inner join steps using (scenario)
    left join bought using (person_id)
    left join marts.customer_360 as persons using (person_id)
    where
        not (ends and coalesce(ordered_at >= began_at, false))
        and due_at <= tokyo_hour(getvariable('as_of') + 1, hour)
        and expires_at > tokyo_hour(getvariable('as_of') + 1, hour)
)

select chosen.* exclude (is_each), products.name as product_name,
from chosen left join marts.dim_products as products using (product_id)
qualify row_number() over (
    partition by person_id, sync
    order by if(coalesce(is_each, false), expires_at, null), due_at desc, occurrence desc
) = 1;
