{# A number of days as a whole number, half a day rounded up; a millionth makes good for doubles. #}
{% macro whole_days(days) -%}
    cast(floor({{ days }} + 0.500001) as integer)
{%- endmacro %}
