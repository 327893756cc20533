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
    source_order_id, line_user_id, email_key, mail_send_id, event_type, page_url, referrer,
    utm_source, utm_medium, utm_campaign, occurred_at, tokyo_day(occurred_at) as occurred_date,
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

-- What an event says of who is there. No order of this shop names its browser.
create temp table evidence as
with mailed as (
    select send_id, any_value(email_key) as email_key,
    from message_log
    where send_id is not null and email_key is not null
    group by send_id
    having min(email_key) = max(email_key)
),

told as (
    select
        session_events.source, anonymous_id, session_id, web_event_id,
        session_events.occurred_at,
        case
            when members.person_id is not null then ('login', members.person_id)
            when orders.person_id is not null then ('order', orders.person_id)
            when line_users.person_id is not null then ('line', line_users.person_id)
            when forms.person_id is not null then ('form', forms.person_id)
            when readers.person_id is not null then ('mail_click', readers.person_id)
        end as said,
    from session_events
    left join members using (source_customer_id)
    left join (from orders where source = 'ec_cube') as orders
        on session_events.source_order_id = orders.source_order_id
    left join line_users
        on session_events.line_user_id = line_users.line_user_id and line_users.is_sole_holder
    left join addresses as forms
        on
            event_type = 'form_submit' and session_events.email_key = forms.email_key
            and forms.is_sole_holder
    left join mailed on mail_send_id = send_id
    left join addresses as readers
        on mailed.email_key = readers.email_key and readers.is_sole_holder
),

known as (
    select * exclude (said), said[1] as method, said[2] as person_id from told
    where said is not null
)

from known as click
where
    method <> 'mail_click'
    -- Mails are forwarded.
    or not exists (
        from known as other
        where
            other.source = click.source and other.anonymous_id = click.anonymous_id
            and other.person_id <> click.person_id
            and other.occurred_at between click.occurred_at - interval 30 days
            and click.occurred_at + interval 30 days
    );

create temp table kiosks as
with crowded as (
    select distinct source, anonymous_id, person_id, occurred_at,
    from evidence
    where (source, anonymous_id) in (
        select (source, anonymous_id) from evidence
        group by source, anonymous_id having count(distinct person_id) >= 4
    )
)

select distinct one.source, one.anonymous_id, true as is_kiosk,
from crowded as one
inner join crowded as other
    on
        one.source = other.source and one.anonymous_id = other.anonymous_id
        and other.occurred_at between one.occurred_at and one.occurred_at + interval 30 days
group by one.source, one.anonymous_id, one.person_id, one.occurred_at
having count(distinct other.person_id) >= 4;

-- A browser that showed several persons is nobody's half an hour after a proof, but between two
-- proofs of one person it is that person's, except on a kiosk.
create temp table owners as
with changes as (
    select
        * replace (coalesce(is_kiosk, false) as is_kiosk),
        lag(person_id) over browser is distinct from person_id or coalesce(is_kiosk, false)
            as is_change,
    from evidence left join kiosks using (source, anonymous_id)
    window browser as (partition by source, anonymous_id order by occurred_at, web_event_id)
),

turns as (
    select
        source, anonymous_id, turn_no, any_value(person_id) as person_id,
        bool_or(is_kiosk) as is_kiosk, min(occurred_at) as occurred_at,
        max(occurred_at) + interval 30 minutes as over_at,
    from (
        select *, sum(is_change::integer) over browser as turn_no,
        from changes
        window browser as (partition by source, anonymous_id order by occurred_at, web_event_id)
    )
    group by source, anonymous_id, turn_no
),

times as (
    select
        *, lead(occurred_at) over browser as next_at,
        is_kiosk or count(*) over (partition by source, anonymous_id) > 1 as is_shared,
    from turns
    window browser as (partition by source, anonymous_id order by turn_no)
)

select
    source, anonymous_id, person_id, 'backfill' as attribution,
    occurred_at - interval 90 days as valid_from, occurred_at as valid_to,
from times where turn_no = 1 and not is_kiosk
union all
select
    source, anonymous_id, person_id, 'owner', occurred_at,
    least(coalesce(next_at, 'infinity'), if(is_shared, over_at, 'infinity'::timestamp)) as until_at,
from times where until_at > occurred_at;

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
        session_id,
        arg_max({p: person_id, m: method}, (occurred_at, web_event_id)) as told,
    from evidence group by session_id
)

select
    sessions.*, coalesce(told.p, if(started_at < valid_to, owners.person_id, null)) as person_id,
    coalesce(told.m, if(started_at < valid_to, owners.attribution, null)) as attribution,
from sessions
left join known using (session_id)
asof left join owners
    on
        sessions.source = owners.source and sessions.anonymous_id = owners.anonymous_id
        and started_at >= valid_from;
