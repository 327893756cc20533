with cluster_runs as (
    select * from {{ source('predictions', 'cluster_runs') }}
),

stg_cluster_runs as (
    select
        analysis,
        status,
        reason,
        rows_seen
    from cluster_runs
)

select * from stg_cluster_runs
