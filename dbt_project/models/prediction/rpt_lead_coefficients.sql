with stg_lead_coefficients as (
    select * from {{ ref('stg_lead_coefficients') }}
),

rpt_lead_coefficients as (
    select
        feature,
        coefficient,
        odds_ratio,
        {{ as_of_date() }} as as_of_date
    from stg_lead_coefficients
)

select * from rpt_lead_coefficients
