{#
  The bucket, 0 to 9,999, of a unit in an experiment: the first 15 hexadecimal digits of
  SHA-256(salt:unit) modulo 10,000. The same in Python, so that the ledger can work it out.
#}
{% macro random_bucket(salt, unit) -%}
    {{ return(adapter.dispatch('random_bucket')(salt, unit)) }}
{%- endmacro %}

{% macro default__random_bucket(salt, unit) -%}
    cast('0x' || substr(sha256({{ salt }} || ':' || {{ unit }}), 1, 15) as bigint) % 10000
{%- endmacro %}

{% macro postgres__random_bucket(salt, unit) -%}
    cast(
        cast(
            'x0' || substr(
                encode(sha256(convert_to({{ salt }} || ':' || {{ unit }}, 'UTF8')), 'hex'), 1, 15
            ) as bit(64)
        ) as bigint
    ) % 10000
{%- endmacro %}

{% macro spark__random_bucket(salt, unit) -%}
    cast(
        conv(substr(sha2(concat({{ salt }}, ':', {{ unit }}), 256), 1, 15), 16, 10) as bigint
    ) % 10000
{%- endmacro %}
