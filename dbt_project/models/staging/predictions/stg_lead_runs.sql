with lead_runs as (
    select * from {{ source('predictions', 'lead_runs') }}
),

stg_lead_runs as (
    select
        analysis,
        status,
        reason,
        rows_seen
    from lead_runs
)

select * from stg_lead_runs
