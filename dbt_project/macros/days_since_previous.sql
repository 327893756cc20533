{# Days from the previous bought_date of a partition; null for its first. #}
{% macro days_since_previous(partition) -%}
    {{ dbt.datediff('lag(bought_date) over (partition by ' ~ partition ~ ' order by bought_date)', 'bought_date', 'day') }}
{%- endmacro %}
