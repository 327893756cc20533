{#
  How tables of events are built: in increments where the engine deletes and inserts rows in one
  transaction, and as a whole on Spark, whose plain tables cannot.
#}
{% macro events_materialization() -%}
    {{ return('table' if target.type == 'spark' else 'incremental') }}
{%- endmacro %}
