{#
  The current row of each key of a raw entity. Newer versions win, then later files and later
  revisions of a file, so that the order in which files landed never matters.
#}
{% macro current_rows(relation, key) -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by _source, {{ key | join(', ') }}
                order by _version desc nulls last, _file desc, _revision desc, _row desc
            ) as version_rank
        from {{ relation }}
    ) as versions
    where version_rank = 1
{%- endmacro %}
