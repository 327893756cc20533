-- Web sessions: silence of more than half an hour, midnight or another campaign starts one.
create temp table web_log as
with repeated as (
    select hash(event_id) as event_hash from raw('web_events')
    group by event_hash having count(*) > 1
),

agents as (
    select user_agent from (select distinct user_agent from raw('web_events'))
    semi join bots on contains(lower(user_agent), token)
),

events as (
    from raw('web_events') where hash(event_id) not in (from repeated)
    union all
    from raw('web_events') where hash(event_id) in (from repeated)
    qualify row_number() over (
        partition by _source, event_id
        order by _version desc nulls last, _file desc, _revision desc, _row desc
    ) = 1
)

select
    _source as source, event_id, anonymous_id, source_customer_id, source_product_id,
    source_order_id, event_type, page_url, referrer, utm_source, utm_medium, utm_campaign,
    occurred_at, tokyo_day(occurred_at) as occurred_date,
from events
anti join agents using (user_agent)
where anonymous_id is not null and tokyo_day(occurred_at) <= getvariable('as_of');

create temp table session_events as
with following as (
    select
        *,
        if(
            coalesce(utm_source, utm_medium, utm_campaign) is null, null,
            concat_ws(
                '|', coalesce(utm_source, ''), coalesce(utm_medium, ''), coalesce(utm_campaign, '')
            )
        ) as campaign,
        lag(occurred_at) over browser as previous_at,
        previous_at is null
        or occurred_at - previous_at > interval 30 minutes
        or tokyo_day(previous_at) <> occurred_date as is_visit_start,
    from web_log
    window browser as (partition by source, anonymous_id order by occurred_at, event_id)
),

-- Each visit begins by saying its campaign or that it has none, so nothing is looked up past it.
starting as (
    select
        * exclude (campaign, previous_at, is_visit_start),
        is_visit_start
        or coalesce(campaign <> last_value(
            if(is_visit_start, coalesce(campaign, ''), campaign) ignore nulls
        ) over (browser rows between unbounded preceding and 1 preceding), false) as is_start,
    from following
    window browser as (partition by source, anonymous_id order by occurred_at, event_id)
)

select
    *, source || ':' || event_id as web_event_id,
    source || ':' || last_value(if(is_start, event_id, null) ignore nulls) over (
        browser rows between unbounded preceding and current row
    ) as session_id,
    coalesce(lead(is_start) over browser, true) as is_end,
from starting
window browser as (partition by source, anonymous_id order by occurred_at, event_id);

create table marts.fct_web_sessions as
with sessions as (
    select
        session_id, min(anonymous_id) as anonymous_id, min(source) as source,
        min(occurred_at) as started_at, max(occurred_at) as ended_at,
        min(occurred_date) as session_date,
        floor(epoch(ended_at - started_at))::bigint as duration_seconds,
        count(*) filter (event_type = 'page_view') as page_views,
        count(*) filter (event_type = 'product_view') as product_views,
        count(*) filter (event_type = 'search') as searches,
        count(*) filter (event_type = 'cart_add') as cart_adds,
        count(*) filter (event_type = 'checkout_start') as checkouts,
        count(*) filter (event_type = 'purchase') as purchases,
        max(page_url) filter (is_start) as landing_page,
        max(page_url) filter (is_end) as exit_page, max(referrer) filter (is_start) as referrer,
        max(utm_source) as utm_source, max(utm_medium) as utm_medium,
        max(utm_campaign) as utm_campaign, purchases > 0 as has_order,
    from session_events
    group by session_id
),

known as (
    select
        session_id, source, anonymous_id, min(person_id) as least, max(person_id) as greatest,
        arg_max(person_id, (occurred_at, web_event_id)) as person_id,
    from (
        select
            session_id, events.source, anonymous_id, occurred_at, web_event_id,
            coalesce(members.person_id, orders.person_id) as person_id,
        from session_events as events
        left join members using (source_customer_id)
        left join orders
            on events.source_order_id = orders.source_order_id and orders.source = 'ec_cube'
        where coalesce(source_customer_id, events.source_order_id) is not null
    )
    where person_id is not null
    group by session_id, source, anonymous_id
),

-- A browser that only ever showed one person is that person's, also before the first login.
owners as (
    select source, anonymous_id, min(least) as person_id from known
    group by source, anonymous_id having min(least) = max(greatest)
)

select sessions.*, coalesce(known.person_id, owners.person_id) as person_id,
from sessions
left join (select session_id, person_id from known) as known using (session_id)
left join owners using (source, anonymous_id);
