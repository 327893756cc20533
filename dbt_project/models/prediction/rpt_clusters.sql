with stg_clusters as (
    select * from {{ ref('stg_clusters') }}
),

stg_cluster_profiles as (
    select * from {{ ref('stg_cluster_profiles') }}
),

rpt_clusters as (
    select
        stg_clusters.person_id,
        stg_clusters.cluster_no,
        stg_cluster_profiles.label_ja as cluster_label_ja,
        stg_cluster_profiles.label_en as cluster_label_en,
        stg_clusters.distance,
        stg_clusters.medoid_rank,
        {{ as_of_date() }} as as_of_date
    from stg_clusters
    inner join stg_cluster_profiles
        on stg_clusters.cluster_no = stg_cluster_profiles.cluster_no
)

select * from rpt_clusters
