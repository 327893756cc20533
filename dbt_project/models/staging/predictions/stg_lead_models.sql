with lead_models as (
    select * from {{ source('predictions', 'lead_models') }}
),

stg_lead_models as (
    select
        model,
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
        test_to
    from lead_models
)

select * from stg_lead_models
