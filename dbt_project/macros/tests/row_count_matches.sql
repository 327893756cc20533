{# A returned row is the two numbers of rows when they differ. #}
{% test row_count_matches(model, to) %}
select here.row_count as row_count_here, there.row_count as row_count_there
from (select count(*) as row_count from {{ model }}) as here
cross join (select count(*) as row_count from {{ to }}) as there
where here.row_count <> there.row_count
{% endtest %}
