{#
  Makes the sources that the chosen models read known to the engine, before a build: on Spark as
  tables over the lake's Parquet. Others have them, or have loaded them, before dbt starts.
#}
{% macro attach_sources() -%}
    {%- if execute -%}
        {{ return(adapter.dispatch('attach_sources')()) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__attach_sources() -%}
{%- endmacro %}

{% macro spark__attach_sources() -%}
    {%- set parents = [] -%}
    {%- for name in selected_resources -%}
        {%- do parents.extend(graph.nodes.get(name, {}).get('depends_on', {}).get('nodes', [])) -%}
    {%- endfor -%}
    {%- for source in graph.sources.values() if source.unique_id in parents -%}
        {%- set place = source.config.meta.external_location.split("'")[1] -%}
        {%- set folder = place.replace('{name}', source.name).split('/**')[0] -%}
        {%- set name = source.schema ~ '.' ~ source.identifier -%}
        {%- do run_query('create schema if not exists ' ~ source.schema) -%}
        {%- do run_query('drop table if exists ' ~ name) -%}
        {%- do run_query(
            'create table ' ~ name ~ " using parquet options (path '" ~ folder
            ~ "', recursiveFileLookup 'true', mergeSchema 'true')"
        ) -%}
    {%- endfor -%}
{%- endmacro %}
