{# Days of a person's own gaps, drawn towards what is typical, which counts as a few gaps. #}
{% macro shrunk_days(own, typical) -%}
    (gap_count * coalesce({{ own }}, 0) + {{ var('cycle_prior_gaps') }} * {{ typical }})
    / (gap_count + {{ var('cycle_prior_gaps') }})
{%- endmacro %}
