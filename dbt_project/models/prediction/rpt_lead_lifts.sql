with stg_lead_lifts as (
    select * from {{ ref('stg_lead_lifts') }}
),

rpt_lead_lifts as (
    select
        model,
        decile,
        lift,
        {{ as_of_date() }} as as_of_date
    from stg_lead_lifts
)

select * from rpt_lead_lifts
