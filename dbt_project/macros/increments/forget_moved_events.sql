{#
  Takes out of the sessions (this) every event whose later version names another browser, or none: a
  browser without any event left is not replaced by its new sessions, because it has none.
#}
{% macro forget_moved_events(events) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where exists (
            select 1
            from {{ events }} as events
            where
                events.web_event_id = {{ this }}.web_event_id
                and events.is_replacement
                and events.anonymous_id is distinct from {{ this }}.anonymous_id
        )
    {%- endif -%}
{%- endmacro %}
