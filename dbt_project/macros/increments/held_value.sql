{#
  What a query over tables that already stand gives, as a literal of the query to come: a bound that
  is known beforehand lets an engine skip what lies outside it, which a subquery does not.
#}
{% macro held_value(query, type) -%}
    {%- set value = run_query(query).columns[0][0] if execute else none -%}
    {%- if value is none -%}
        cast(null as {{ type }})
    {%- else -%}
        cast('{{ value }}' as {{ type }})
    {%- endif -%}
{%- endmacro %}
