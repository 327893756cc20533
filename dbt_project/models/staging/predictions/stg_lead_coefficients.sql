with lead_coefficients as (
    select * from {{ source('predictions', 'lead_coefficients') }}
),

stg_lead_coefficients as (
    select
        feature,
        coefficient,
        odds_ratio
    from lead_coefficients
)

select * from stg_lead_coefficients
