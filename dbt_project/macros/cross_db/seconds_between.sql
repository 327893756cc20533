{# Seconds from one instant to another, with their fraction. #}
{% macro seconds_between(start, finish) -%}
    {{ return(adapter.dispatch('seconds_between')(start, finish)) }}
{%- endmacro %}

{% macro default__seconds_between(start, finish) -%}
    extract(epoch from ({{ finish }} - {{ start }}))
{%- endmacro %}

{% macro spark__seconds_between(start, finish) -%}
    ((unix_micros({{ finish }}) - unix_micros({{ start }})) / 1e6)
{%- endmacro %}
