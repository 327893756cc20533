with clusters as (
    select * from {{ source('predictions', 'clusters') }}
),

stg_clusters as (
    select
        person_id,
        cluster_no,
        distance,
        medoid_rank
    from clusters
)

select * from stg_clusters
