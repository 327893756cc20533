{# A returned row is a group whose sum differs from the same group's sum in the other model. #}
{% test conserves_sum(
    model, expression, to, to_expression, group_by, where="true", to_where="true"
) %}
with both_sides as (
    select {{ group_by | join(', ') }}, sum({{ expression }}) as amount_here, null as amount_there
    from {{ model }}
    where {{ where }}
    group by {{ group_by | join(', ') }}
    union all
    select {{ group_by | join(', ') }}, null as amount_here, sum({{ to_expression }}) as amount_there
    from {{ to }}
    where {{ to_where }}
    group by {{ group_by | join(', ') }}
)

select max(amount_here) as amount_here, max(amount_there) as amount_there
from both_sides
group by {{ group_by | join(', ') }}
having coalesce(max(amount_here), 0) <> coalesce(max(amount_there), 0)
{% endtest %}
