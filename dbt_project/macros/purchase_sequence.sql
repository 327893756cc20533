{# What orders a person's purchases: orders that tie in it are one purchase. #}
{% macro purchase_sequence() -%}
    {{ 'ordered_date' if var('purchase_grain') == 'day' else 'ordered_at, order_id' }}
{%- endmacro %}
