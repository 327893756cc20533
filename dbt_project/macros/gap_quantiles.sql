{# Aggregates of a column gap_days: how many gaps, and their 20 %, 50 % and 80 % quantiles. #}
{% macro gap_quantiles() -%}
    count(*) as gap_count,
    {{ quantile('gap_days', 0.2) }} as p20_days,
    {{ quantile('gap_days', 0.5) }} as median_days,
    {{ quantile('gap_days', 0.8) }} as p80_days
{%- endmacro %}
