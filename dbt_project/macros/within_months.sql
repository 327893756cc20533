{# True for days in the last so many months up to as_of_date; always true when months is null. #}
{% macro within_months(day, months) -%}
    {%- if months is none -%}
        true
    {%- else -%}
        {{ day }} > cast({{ dbt.dateadd('month', -(months | int), as_of_date()) }} as date)
    {%- endif -%}
{%- endmacro %}
