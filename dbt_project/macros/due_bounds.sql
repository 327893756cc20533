{# The bounds of the seed due_statuses as one row; the model imports that seed. #}
{% macro due_bounds() -%}
    select
        max(case when due_status = 'not_due' then upper_bound end) as not_due_below,
        max(case when due_status = 'due' then upper_bound end) as due_below,
        max(case when due_status = 'late' then upper_bound end) as late_below,
        max(case when due_status = 'at_risk' then upper_bound end) as at_risk_to
    from due_statuses
{%- endmacro %}
