{#
  True where one version of a row counts before another, in the order of current_rows. Equal
  versions are not later.
#}
{% macro is_later_version(row, held) -%}
    (
        coalesce({{ row }}._version, timestamp '0001-01-01'),
        {{ row }}._file,
        {{ row }}._revision,
        {{ row }}._row
    ) > (
        coalesce({{ held }}._version, timestamp '0001-01-01'),
        {{ held }}._file,
        {{ held }}._revision,
        {{ held }}._row
    )
{%- endmacro %}
