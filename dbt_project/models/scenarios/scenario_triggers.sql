{% set scenarios = [
    'welcome', 'first_purchase', 'f2', 'thanks', 'review_request', 'replenishment',
    'cart_abandonment', 'browse_abandonment', 'winback', 'birthday', 'vip', 'score_threshold'
] -%}

with {% for scenario in scenarios -%}
scn_{{ scenario }} as (
    select * from {{ ref('scn_' ~ scenario) }}
),

{% endfor -%}
triggers as (
    {% for scenario in scenarios -%}
    select
        '{{ scenario }}' as scenario,
        person_id,
        occurrence,
        anchor_at,
        product_id,
        why
    from scn_{{ scenario }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

-- The ledger keeps 40 characters of an occurrence.
scenario_triggers as (
    select
        scenario,
        person_id,
        case
            when length(occurrence) > 40 then {{ dbt.hash('occurrence') }}
            else occurrence
        end as occurrence,
        anchor_at,
        product_id,
        why
    from triggers
)

select * from scenario_triggers
