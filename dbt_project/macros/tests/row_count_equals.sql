{# A returned row is the number of rows when it is not the expected one. #}
{% test row_count_equals(model, count) %}
select counted.row_count
from (select count(*) as row_count from {{ model }}) as counted
where counted.row_count <> {{ count }}
{% endtest %}
