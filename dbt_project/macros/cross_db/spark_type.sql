{# What a type of a contract or seed is called on Spark, which has no varchar without a length. #}
{% macro spark_type(type) -%}
    {{ return('string' if type == 'varchar' else type) }}
{%- endmacro %}
