with lead_probabilities as (
    select * from {{ source('predictions', 'lead_probabilities') }}
),

stg_lead_probabilities as (
    select
        person_id,
        probability
    from lead_probabilities
)

select * from stg_lead_probabilities
