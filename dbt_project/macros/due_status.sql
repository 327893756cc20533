{# The state of the seed due_statuses for a number of cycles; the CTE due_bounds is joined. #}
{% macro due_status(cycles) -%}
    case
        when {{ cycles }} < due_bounds.not_due_below then 'not_due'
        when {{ cycles }} < due_bounds.due_below then 'due'
        when {{ cycles }} < due_bounds.late_below then 'late'
        when {{ cycles }} <= due_bounds.at_risk_to then 'at_risk'
        when {{ cycles }} > due_bounds.at_risk_to then 'lapsed'
    end
{%- endmacro %}
