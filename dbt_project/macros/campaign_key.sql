{# The campaign that an event or session came from, as one text; null where it names none. #}
{% macro campaign_key(relation) -%}
    case
        when coalesce(
            {{ relation }}.utm_source, {{ relation }}.utm_medium, {{ relation }}.utm_campaign
        ) is not null
            then
                coalesce({{ relation }}.utm_source, '')
                || '|' || coalesce({{ relation }}.utm_medium, '')
                || '|' || coalesce({{ relation }}.utm_campaign, '')
    end
{%- endmacro %}
