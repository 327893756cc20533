{# The newest increment of which a table holds a row, as a literal. #}
{% macro newest_increment(relation) -%}
    {{ held_value('select coalesce(max(increment_no), 0) from ' ~ relation, 'bigint') }}
{%- endmacro %}
