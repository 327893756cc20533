{# An aggregate: the value in the row whose key is the smallest. #}
{% macro first_by(value, key) -%}
    {{ return(adapter.dispatch('first_by')(value, key)) }}
{%- endmacro %}

{% macro default__first_by(value, key) -%}
    min_by({{ value }}, {{ key }})
{%- endmacro %}

{% macro postgres__first_by(value, key) -%}
    (array_agg({{ value }} order by {{ key }}))[1]
{%- endmacro %}
