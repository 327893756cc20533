with driver_runs as (
    select * from {{ source('predictions', 'driver_runs') }}
),

stg_driver_runs as (
    select
        analysis,
        status,
        reason,
        rows_seen
    from driver_runs
)

select * from stg_driver_runs
