with rpt_lead_scores as (
    select * from {{ ref('rpt_lead_scores') }}
),

scn_score_threshold as (
    select
        person_id,
        cast({{ local_date('crossed_threshold_at') }} as {{ dbt.type_string() }}) as occurrence,
        crossed_threshold_at as anchor_at,
        cast(null as {{ dbt.type_string() }}) as product_id,
        'lead score rose over the threshold' as why
    from rpt_lead_scores
    where is_above_threshold and crossed_threshold_at is not null
)

select * from scn_score_threshold
