{#
  The condition under which something counts although it happened after as_of_date: what keeps a
  message back, and the records that tell whom it concerns. Never in a look at a past day.
#}
{% macro at_once(condition='true') -%}
    {{ '(' ~ condition ~ ')' if var('refusals_count_at_once') else 'false' }}
{%- endmacro %}
