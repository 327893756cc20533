with stg_cluster_runs as (
    select * from {{ ref('stg_cluster_runs') }}
),

stg_driver_runs as (
    select * from {{ ref('stg_driver_runs') }}
),

stg_lead_runs as (
    select * from {{ ref('stg_lead_runs') }}
),

runs as (
    select * from stg_cluster_runs
    union all
    select * from stg_driver_runs
    union all
    select * from stg_lead_runs
),

rpt_analysis_runs as (
    select
        analysis,
        status,
        reason,
        rows_seen,
        {{ as_of_date() }} as as_of_date
    from runs
)

select * from rpt_analysis_runs
