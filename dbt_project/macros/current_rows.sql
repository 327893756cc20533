{#
  The row of each key of a raw entity that was current on as_of_date: the newest version up to that
  day and, only where there is none, the earliest after it; with newest the newest version of all.
  Of equal versions later files and later revisions of a file win, so that the order in which files
  landed never matters. Rows that `where` leaves out are not there.
#}
{% macro current_rows(relation, key, where='true', newest=false) -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by _source, {{ key | join(', ') }}
                order by
                    {% if not newest -%}
                    case when not {{ known_by('_version') }} then _version end asc nulls first,
                    {% endif -%}
                    _version desc nulls last, _file desc, _revision desc, _row desc
            ) as version_rank
        from {{ relation }}
        where {{ where }}
    ) as versions
    where version_rank = 1
{%- endmacro %}
