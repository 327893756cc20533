{# A returned row breaks a condition that every row must meet; null breaks it too. #}
{% test holds(model, condition) %}
select *
from {{ model }}
where not coalesce({{ condition }}, false)
{% endtest %}
