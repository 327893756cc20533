{#
  True for an instant up to the end of as_of_date in the shop's time zone. A row without its moment
  has always been there.
#}
{% macro known_by(instant) -%}
    ({{ instant }} is null or {{ instant }} < {{ local_midnight(add_days(as_of_date(), 1)) }})
{%- endmacro %}
