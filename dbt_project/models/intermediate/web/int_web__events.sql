with stg_web_events as (
    select * from {{ ref('stg_web_events') }}
),

bot_user_agents as (
    select * from {{ ref('bot_user_agents') }}
),

bot_agents as (
    select agents.user_agent
    from (select distinct user_agent from stg_web_events) as agents
    inner join bot_user_agents
        on position(bot_user_agents.token in lower(agents.user_agent)) > 0
    group by agents.user_agent
),

int_web__events as (
    select
        stg_web_events.*,
        bot_agents.user_agent is not null as is_bot
    from stg_web_events
    left join bot_agents on stg_web_events.user_agent = bot_agents.user_agent
    where
        stg_web_events.occurred_date <= {{ as_of_date() }}
        and stg_web_events.anonymous_id is not null
)

select * from int_web__events
