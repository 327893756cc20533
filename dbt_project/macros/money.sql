{# An amount of money: sums and products of decimals widen, published columns do not. #}
{% macro money(expression) -%}
    cast({{ expression }} as decimal(18, 3))
{%- endmacro %}
