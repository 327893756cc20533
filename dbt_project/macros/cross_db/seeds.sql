{#
  Seeds name their types once, for all engines; on Spark they are made and filled with its names.
  dbt looks here first.
#}
{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set sql -%}
        create table {{ this }} (
        {%- for column in agate_table.column_names %}
            {{ column }} {{ spark_type(types.get(column) or adapter.convert_type(agate_table, loop.index0)) }}
            {{- ',' if not loop.last }}
        {%- endfor %}
        )
    {%- endset -%}
    {%- call statement('_') %}{{ sql }}{% endcall -%}
    {{ return(sql) }}
{%- endmacro %}

{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set rows = [] -%}
    {%- for row in agate_table.rows -%}
        {%- set values = [] -%}
        {%- for column in agate_table.column_names -%}
            {%- set type = types.get(column) or adapter.convert_type(agate_table, loop.index0) -%}
            {%- do values.append(seed_value(row[column], spark_type(type))) -%}
        {%- endfor -%}
        {%- do rows.append('(' ~ values | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- set sql -%}
        insert into {{ this }} values {{ rows | join(', ') }}
    {%- endset -%}
    {%- if rows %}{% do adapter.add_query(sql, abridge_sql_log=True) %}{% endif -%}
    {{ return(sql) }}
{%- endmacro %}

{% macro seed_value(value, type) -%}
    {%- if value is none -%}
        {{ return('cast(null as ' ~ type ~ ')') }}
    {%- endif -%}
    {{ return("cast('" ~ dbt.escape_single_quotes(value | string) ~ "' as " ~ type ~ ')') }}
{%- endmacro %}
