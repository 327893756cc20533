{# Whole numbers from 0 up to and including an expression, as a table function for a from clause. #}
{% macro series(last, name) -%}
    {{ return(adapter.dispatch('series')(last, name)) }}
{%- endmacro %}

{% macro default__series(last, name) -%}
    generate_series(0, {{ last }}) as series ({{ name }})
{%- endmacro %}

{% macro spark__series(last, name) -%}
    (
        select explode(
            case when {{ last }} >= 0 then sequence(0, cast({{ last }} as bigint)) end
        ) as {{ name }}
    ) as series
{%- endmacro %}
