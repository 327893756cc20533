{# Days from a local day to as_of_date; 0 is as_of_date itself. #}
{% macro age_days(day) -%}
    {{ dbt.datediff(day, as_of_date(), 'day') }}
{%- endmacro %}
