{#
  The row of each key of a raw entity that was current on as_of_date: the newest version up to that
  day and, only where there is none, the earliest after it; with newest the newest version of all.
  Of equal versions later files and later revisions of a file win, so that the order in which files
  landed never matters. Rows that `where` leaves out are not there. A key is never null. Most come
  once: only the rows of the others are sorted.
#}
{% macro current_rows(relation, key, where='true', newest=false) -%}
    {%- set columns = ['_source'] + key -%}
    {%- set same_key -%}
        {%- for column in columns -%}
            versions.{{ column }} = repeated_keys.{{ column }}{{ ' and ' if not loop.last }}
        {%- endfor -%}
    {%- endset -%}
    {%- set versions -%}
        (select * from {{ relation }} where {{ where }}) as versions
    {%- endset -%}
    {%- set repeated_keys -%}
        (
            select {{ columns | join(', ') }}
            from {{ relation }}
            where {{ where }}
            group by {{ columns | join(', ') }}
            having count(*) > 1
        ) as repeated_keys
    {%- endset -%}
    select
        versions.*,
        1 as version_rank
    from {{ versions }}
    left join {{ repeated_keys }} on {{ same_key }}
    where repeated_keys._source is null
    union all
    select *
    from (
        select
            versions.*,
            row_number() over (
                partition by versions.{{ columns | join(', versions.') }}
                order by
                    {% if not newest -%}
                    case when not {{ known_by('versions._version') }} then versions._version end
                    asc nulls first,
                    {% endif -%}
                    versions._version desc nulls last,
                    versions._file desc,
                    versions._revision desc,
                    versions._row desc
            ) as version_rank
        from {{ versions }}
        inner join {{ repeated_keys }} on {{ same_key }}
    ) as ranked_versions
    where version_rank = 1
{%- endmacro %}
