{#
  dbt.datediff of days and months as a bigint, counted by the borders between. PostgreSQL's own
  counts days in integers and months in doubles, Spark's in integers and with many casts. dbt looks
  here first.
#}
{% macro postgres__datediff(first_date, second_date, datepart) -%}
    {{ borders_between(
        'cast(' ~ second_date ~ ' as date) - cast(' ~ first_date ~ ' as date)',
        first_date, second_date, datepart
    ) }}
{%- endmacro %}

{% macro spark__datediff(first_date, second_date, datepart) -%}
    {{ borders_between(
        'datediff(' ~ second_date ~ ', ' ~ first_date ~ ')', first_date, second_date, datepart
    ) }}
{%- endmacro %}

{% macro borders_between(days, first_date, second_date, datepart) -%}
    {%- if datepart == 'day' -%}
        cast({{ days }} as bigint)
    {%- elif datepart == 'month' -%}
        cast(
            12 * (extract(year from {{ second_date }}) - extract(year from {{ first_date }}))
            + extract(month from {{ second_date }}) - extract(month from {{ first_date }}) as bigint
        )
    {%- else -%}
        {{ exceptions.raise_compiler_error('datediff counts days and months, not ' ~ datepart) }}
    {%- endif -%}
{%- endmacro %}
