-- Message events with their persons; LINE accounts, which only these events tell.
create temp table message_log as
with repeated as (
    select hash(provider_event_id) as event_hash from raw('message_events')
    group by event_hash having count(*) > 1
)

select
    _source as source, provider_event_id, provider_message_id, send_id, channel, event_type,
    recipient, campaign_code, url, user_agent, reason, bounce_type, email_key, is_machine_open,
    unsubscribe_group,
    if(channel = 'line', coalesce(line_provider, _source), null) as line_provider, occurred_at,
    tokyo_day(occurred_at) as event_date,
from raw('message_events')
where hash(provider_event_id) not in (from repeated)
union all
select
    _source, provider_event_id, provider_message_id, send_id, channel, event_type, recipient,
    campaign_code, url, user_agent, reason, bounce_type, email_key, is_machine_open,
    unsubscribe_group, if(channel = 'line', coalesce(line_provider, _source), null), occurred_at,
    tokyo_day(occurred_at),
from raw('message_events')
where hash(provider_event_id) in (from repeated)
qualify row_number() over (
    partition by _source, provider_event_id
    order by _version desc nulls last, _file desc, _revision desc, _row desc
) = 1;

create temp table line_users as
with users as (
    select
        line_provider, recipient as line_user_id,
        -- A block counts at once, a follow only up to as_of.
        arg_max(event_type, (occurred_at, event_type)) filter (
            event_type = 'unfollow'
            or (event_type = 'follow' and event_date <= getvariable('as_of'))
        ) as last_event,
        list({source_customer_id: reason, linked_at: occurred_at}) filter (
            event_type = 'account_link' and event_date <= getvariable('as_of')
        ) as links,
        count(*) over (partition by recipient) = 1 as is_sole_holder,
    from message_log
    where channel = 'line' and recipient is not null
    group by line_provider, recipient
),

claims as (
    select line_provider, line_user_id, link.source_customer_id, link.linked_at,
    from users, unnest(links) as t (link)
    union all
    -- An id that two accounts know is of neither when nobody says which.
    select
        coalesce(line_provider, named.source) as line_provider, line_user_id,
        source_customer_id, linked_at,
    from (
        select source, line_user_id, source_customer_id, occurred_at as linked_at from consents
        where tokyo_day(occurred_at) <= getvariable('as_of')
        union all
        select source, line_user_id, source_customer_id, registered_at from customers
        where source = 'ec_cube'
    ) as named
    left join users using (line_user_id)
    where line_user_id is not null and coalesce(is_sole_holder, true)
)

select
    line_provider, line_user_id, person_id, coalesce(last_event, 'follow') = 'follow' as is_following,
    coalesce(is_sole_holder, true) as is_sole_holder,
from claims
inner join members using (source_customer_id)
left join users using (line_provider, line_user_id)
qualify row_number() over (
    partition by line_provider, line_user_id
    order by linked_at desc nulls last, source_customer_id
) = 1;

create temp table bots as
select token from read_csv(getvariable('bots'), header = true);

-- A scanner follows three links of a message within two seconds, whenever it comes.
create temp table scanned as
with clicks as (
    select
        source, provider_message_id, recipient, provider_event_id, url,
        epoch_us(occurred_at) as at_us,
    from message_log
    where
        event_type = 'click' and url is not null and event_date <= getvariable('as_of')
        and provider_message_id is not null and recipient is not null
),

windows as (
    select
        source, provider_message_id, recipient, at_us,
        list(url) over two_seconds as urls,
    from clicks
    window two_seconds as (
        partition by source, provider_message_id, recipient
        order by at_us range between current row and 2000000 following
    )
),

bursts as (
    select distinct source, provider_message_id, recipient, at_us from windows
    where len(list_distinct(urls)) >= 3
)

select source, provider_event_id from message_log
semi join bursts
    on
        message_log.source = bursts.source
        and message_log.provider_message_id = bursts.provider_message_id
        and message_log.recipient = bursts.recipient
        and epoch_us(message_log.occurred_at) between bursts.at_us and bursts.at_us + 2000000
where event_type = 'click';

create table marts.fct_message_events as
with arrivals as (
    select source, provider_message_id, recipient, min(occurred_at) as delivered_at,
    from message_log where event_type = 'delivered' and event_date <= getvariable('as_of')
    group by all
),

bot_agents as (
    select user_agent from (select distinct user_agent from message_log)
    semi join bots on contains(lower(user_agent), token)
),

observed as (
    select
        message_log.*, coalesce(addresses.person_id, line_users.person_id) as person_id,
        coalesce(epoch(occurred_at - delivered_at) between 0 and 2, false)
        or bot_agents.user_agent is not null as is_machine,
        event_type = 'click' and (is_machine or scanned.provider_event_id is not null)
            as is_bot_click,
    from message_log
    left join addresses
        on message_log.email_key = addresses.email_key and addresses.is_sole_holder
    left join line_users
        on
            message_log.line_provider = line_users.line_provider
            and recipient = line_users.line_user_id
    left join arrivals
        on
            message_log.source = arrivals.source
            and message_log.provider_message_id = arrivals.provider_message_id
            and message_log.recipient = arrivals.recipient
            and event_type in ('open', 'click')
    left join bot_agents on message_log.user_agent = bot_agents.user_agent
    left join scanned
        on
            message_log.source = scanned.source
            and message_log.provider_event_id = scanned.provider_event_id
)

select
    source || ':' || provider_event_id as message_event_id, person_id, source, channel, event_type,
    occurred_at, event_date, campaign_code, provider_message_id, send_id, url,
    event_type = 'open' and (is_machine or coalesce(is_machine_open, false)) as is_machine_open,
    is_bot_click,
    event_type = 'message_received' or (event_type = 'click' and not is_bot_click)
        as is_human_engagement,
from observed
where event_date <= getvariable('as_of');

create temp table message_counts as
select
    person_id,
    count(*) filter (channel = 'email' and event_type = 'delivered' and age_days(event_date) < 90)
        as emails_delivered_90d,
    count(*) filter (event_type = 'click' and is_human_engagement and age_days(event_date) < 90)
        as human_clicks_90d,
    max(occurred_at) filter (event_type = 'click' and is_human_engagement) as last_human_click_at,
    max(event_date) filter (is_human_engagement) as last_engagement_date,
from marts.fct_message_events
where person_id is not null
group by person_id;
