with lead_lifts as (
    select * from {{ source('predictions', 'lead_lifts') }}
),

stg_lead_lifts as (
    select
        model,
        decile,
        lift
    from lead_lifts
)

select * from stg_lead_lifts
