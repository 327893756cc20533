{# The mailbox by which a record may be linked: none for a relay or an invalid address. #}
{% macro linking_mailbox() -%}
    case when email_status in ('valid', 'legacy_jp') then coalesce(email_loose_key, email_key) end
{%- endmacro %}
