{# A later moment of a row: null while it lies after as_of_date. #}
{% macro if_known(instant) -%}
    case when {{ known_by(instant) }} then {{ instant }} end
{%- endmacro %}
