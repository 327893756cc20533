{#
  The events of every browser whose sessions (this) must be made anew: of those with events staged
  since, and of those that an event has left because a later version names another browser. In a
  full build, the events of all browsers.
#}
{% macro events_of_touched_browsers(events) -%}
    select events.*
    from {{ events }} as events
    {%- if is_incremental() %}
    inner join (
        select
            source,
            anonymous_id
        from {{ events }}
        where increment_no > {{ newest_increment(this) }}
        union
        select
            held.source,
            held.anonymous_id
        from {{ events }} as moved
        inner join {{ this }} as held on moved.web_event_id = held.web_event_id
        where
            moved.increment_no > {{ newest_increment(this) }}
            and moved.is_replacement
            and moved.anonymous_id is distinct from held.anonymous_id
    ) as touched
        on events.source = touched.source and events.anonymous_id = touched.anonymous_id
    {%- endif %}
    where events.anonymous_id is not null
{%- endmacro %}
