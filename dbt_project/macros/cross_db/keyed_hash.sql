{#
  A keyed SHA-256 in hexadecimal: nobody without the key can hash known addresses and compare.
  The key is ENISHI_HASH_KEY, a secret of the shop without a default.
#}
{% macro keyed_hash(text) -%}
    {{ return(adapter.dispatch('keyed_hash')(text)) }}
{%- endmacro %}

{% macro default__keyed_hash(text) -%}
    sha256('{{ env_var("ENISHI_HASH_KEY") }}|' || {{ text }})
{%- endmacro %}

{% macro postgres__keyed_hash(text) -%}
    encode(
        sha256(convert_to('{{ env_var("ENISHI_HASH_KEY") }}|' || {{ text }}, 'UTF8')), 'hex'
    )
{%- endmacro %}

{% macro spark__keyed_hash(text) -%}
    sha2(concat('{{ env_var("ENISHI_HASH_KEY") }}|', {{ text }}), 256)
{%- endmacro %}
