{# The day, in the shop's time zone, of an instant that is stored as naive UTC. #}
{% macro local_date(instant) -%}
    {{ return(adapter.dispatch('local_date')(instant)) }}
{%- endmacro %}

{% macro default__local_date(instant) -%}
    cast(({{ instant }} at time zone 'UTC') at time zone '{{ var("shop_time_zone") }}' as date)
{%- endmacro %}

{% macro spark__local_date(instant) -%}
    cast(from_utc_timestamp({{ instant }}, '{{ var("shop_time_zone") }}') as date)
{%- endmacro %}
