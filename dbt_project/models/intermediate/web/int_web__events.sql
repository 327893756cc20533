with stg_web_events as (
    select * from {{ ref('stg_web_events') }}
),

bot_user_agents as (
    select * from {{ ref('bot_user_agents') }}
),

bot_agents as (
    {{ bot_agents('stg_web_events') }}
),

int_web__events as (
    select
        stg_web_events.*,
        bot_agents.user_agent is not null as is_bot
    from stg_web_events
    left join bot_agents on stg_web_events.user_agent = bot_agents.user_agent
    where stg_web_events.anonymous_id is not null
)

select * from int_web__events
