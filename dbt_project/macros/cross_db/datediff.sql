{#
  dbt.datediff of days and months as a bigint: PostgreSQL's own counts days in integers and months
  in doubles. dbt looks here first.
#}
{% macro postgres__datediff(first_date, second_date, datepart) -%}
    {%- if datepart == 'day' -%}
        cast(cast({{ second_date }} as date) - cast({{ first_date }} as date) as bigint)
    {%- elif datepart == 'month' -%}
        cast(
            12 * (extract(year from {{ second_date }}) - extract(year from {{ first_date }}))
            + extract(month from {{ second_date }}) - extract(month from {{ first_date }}) as bigint
        )
    {%- else -%}
        {{ exceptions.raise_compiler_error('datediff counts days and months, not ' ~ datepart) }}
    {%- endif -%}
{%- endmacro %}
