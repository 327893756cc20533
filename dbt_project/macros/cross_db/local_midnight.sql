{# The instant, as naive UTC, at which a day begins in the shop's time zone. #}
{% macro local_midnight(day) -%}
    {{ return(adapter.dispatch('local_midnight')(day)) }}
{%- endmacro %}

{% macro default__local_midnight(day) -%}
    (cast({{ day }} as timestamp) at time zone '{{ var("shop_time_zone") }}') at time zone 'UTC'
{%- endmacro %}

{% macro spark__local_midnight(day) -%}
    cast(to_utc_timestamp(cast({{ day }} as timestamp), '{{ var("shop_time_zone") }}') as timestamp)
{%- endmacro %}
