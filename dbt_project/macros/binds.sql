{# True when a row of the seed refusal_reasons concerns a candidate of the contact policy. #}
{% macro binds(candidates, reasons) -%}
    case {{ candidates }}.purpose
        when 'marketing' then {{ reasons }}.binds_marketing
        when 'transactional' then {{ reasons }}.binds_transactional
        else {{ reasons }}.binds_ads
    end
    and ({{ candidates }}.kind = 'message' or {{ reasons }}.binds_audiences)
{%- endmacro %}
