{#
  CTEs that end in the edges of one rule, named as the rule: every record of int_identity__link_keys
  that agrees with others in all keys points at the first of them, which joins as much as all pairs
  do. Where the records of a group state different dates of birth, only those of one date are
  joined, and those that state none are not.
#}
{% macro star_edges(rule, keys) -%}
{%- set names = [] -%}
{%- set present = [] -%}
{%- set in_group = [] -%}
{%- for key in keys -%}
    {%- do names.append('link_keys.' ~ key) -%}
    {%- do present.append('link_keys.' ~ key ~ ' is not null') -%}
    {%- do in_group.append('link_keys.' ~ key ~ ' = hubs.' ~ key) -%}
{%- endfor -%}
{{ rule }}_groups as (
    select
        {{ names | join(', ') }},
        min(link_keys.record_key) as hub_record,
        {{ first_by('link_keys.first_seen_at', 'link_keys.record_key') }} as hub_seen_at,
        coalesce(min(link_keys.birth_key) <> max(link_keys.birth_key), false) as has_births
    from int_identity__link_keys as link_keys
    where {{ present | join(' and ') }}
    group by {{ names | join(', ') }}
    having count(*) > 1
),

{{ rule }}_births as (
    select
        {{ names | join(', ') }},
        link_keys.birth_key as stated_birth,
        min(link_keys.record_key) as hub_record,
        {{ first_by('link_keys.first_seen_at', 'link_keys.record_key') }} as hub_seen_at
    from int_identity__link_keys as link_keys
    inner join {{ rule }}_groups as hubs on {{ in_group | join(' and ') }}
    where hubs.has_births and link_keys.birth_key is not null
    group by {{ names | join(', ') }}, link_keys.birth_key
    having count(*) > 1
),

{{ rule }} as (
    select
        hubs.hub_record as left_record,
        link_keys.record_key as right_record,
        '{{ rule }}' as rule,
        greatest(hubs.hub_seen_at, link_keys.first_seen_at) as first_seen_at
    from int_identity__link_keys as link_keys
    inner join {{ rule }}_groups as hubs on {{ in_group | join(' and ') }}
    where not hubs.has_births and link_keys.record_key <> hubs.hub_record
    union all
    select
        hubs.hub_record as left_record,
        link_keys.record_key as right_record,
        '{{ rule }}' as rule,
        greatest(hubs.hub_seen_at, link_keys.first_seen_at) as first_seen_at
    from int_identity__link_keys as link_keys
    inner join {{ rule }}_births as hubs
        on {{ in_group | join(' and ') }} and link_keys.birth_key = hubs.stated_birth
    where link_keys.record_key <> hubs.hub_record
)
{%- endmacro %}
