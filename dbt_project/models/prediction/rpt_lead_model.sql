with stg_lead_models as (
    select * from {{ ref('stg_lead_models') }}
),

ranked as (
    select
        *,
        row_number() over (order by auc desc, model desc) as auc_rank
    from stg_lead_models
),

rpt_lead_model as (
    select
        model,
        auc_rank = 1 as is_default,
        leads,
        buyers,
        base_rate,
        auc,
        brier_score,
        top_decile_lift,
        training_from,
        training_to,
        calibration_from,
        calibration_to,
        test_from,
        test_to,
        {{ as_of_date() }} as as_of_date
    from ranked
)

select * from rpt_lead_model
