{# True where a column has one of the values of a list; false everywhere for an empty list. #}
{% macro is_one_of(column, values) -%}
    {%- if values -%}
        {{ column }} in ('{{ values | join("', '") }}')
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
