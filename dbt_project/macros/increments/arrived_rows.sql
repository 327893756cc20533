{#
  The rows of an entity of events that its staged table (this) has not weighed yet: of batches of
  which it holds nothing, and what lay after the newest day that it was built for. A row may be
  there twice. In a full build, all rows.
#}
{% macro arrived_rows(relation) -%}
    {%- if is_incremental() -%}
        select arrived.*
        from {{ relation }} as arrived
        inner join (
            select batches._source, batches._loaded_at
            from (select distinct _source, _loaded_at from {{ relation }}) as batches
            left join (select distinct source, _loaded_at from {{ this }}) as held
                on batches._source = held.source and batches._loaded_at = held._loaded_at
            where held.source is null
        ) as new_batches
            on
                arrived._source = new_batches._source
                and arrived._loaded_at = new_batches._loaded_at
        union all
        select * from {{ relation }}
        where
            occurred_at >= {{ local_midnight(add_days(
                held_value('select max(staged_for) from ' ~ this, 'date'), 1
            )) }}
    {%- else -%}
        select * from {{ relation }}
    {%- endif -%}
{%- endmacro %}
