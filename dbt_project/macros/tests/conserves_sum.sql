{# A returned row is a group whose sum differs from the same group's sum in the other model. #}
{% test conserves_sum(
    model, expression, to, to_expression, group_by, where="true", to_where="true"
) %}
with here as (
    select {{ group_by | join(', ') }}, sum({{ expression }}) as amount
    from {{ model }}
    where {{ where }}
    group by {{ group_by | join(', ') }}
),

there as (
    select {{ group_by | join(', ') }}, sum({{ to_expression }}) as amount
    from {{ to }}
    where {{ to_where }}
    group by {{ group_by | join(', ') }}
)

select here.amount as amount_here, there.amount as amount_there
from here
full outer join there
    on
        {%- for column in group_by %}
        here.{{ column }} is not distinct from there.{{ column }}{{ " and" if not loop.last }}
        {%- endfor %}
where coalesce(here.amount, 0) <> coalesce(there.amount, 0)
{% endtest %}
