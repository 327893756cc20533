{#
  The rows that an increment brings to a staged table (this): new keys, and versions that count
  before those it holds. Each says for which day and in which increment it came, and whether it
  replaces another. In a full build, all rows, of increment 1.
#}
{% macro staged_rows(rows, key) -%}
    select
        {{ rows }}.*,
        {{ as_of_date() }} as staged_for,
    {%- if is_incremental() %}
        {{ newest_increment(this) }} + 1 as increment_no,
        held.{{ key }} is not null as is_replacement
    from {{ rows }}
    left join {{ this }} as held on {{ rows }}.{{ key }} = held.{{ key }}
    where held.{{ key }} is null or {{ is_later_version(rows, 'held') }}
    {%- else %}
        cast(1 as bigint) as increment_no,
        false as is_replacement
    from {{ rows }}
    {%- endif %}
{%- endmacro %}
