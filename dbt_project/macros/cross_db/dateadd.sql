{# dbt.dateadd by an interval: Spark's own goes through seconds since 1970. dbt looks here first. #}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    ({{ from_date_or_timestamp }} + ({{ interval }}) * interval '1' {{ datepart }})
{%- endmacro %}
