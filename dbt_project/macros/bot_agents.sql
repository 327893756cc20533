{# The user agents of a relation that hold a token of the seed bot_user_agents, each once. #}
{% macro bot_agents(relation) -%}
    select agents.user_agent
    from (select distinct user_agent from {{ relation }}) as agents
    inner join bot_user_agents
        on position(bot_user_agents.token in lower(agents.user_agent)) > 0
    group by agents.user_agent
{%- endmacro %}
