{# An aggregate: the quantile of a number, interpolated between neighbours; 0.5 is the median. #}
{% macro quantile(value, share) -%}
    percentile_cont({{ share }}) within group (order by cast({{ value }} as double))
{%- endmacro %}
