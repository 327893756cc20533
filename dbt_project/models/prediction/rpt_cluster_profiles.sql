with stg_cluster_profiles as (
    select * from {{ ref('stg_cluster_profiles') }}
),

stg_clusters as (
    select * from {{ ref('stg_clusters') }}
),

rpt_cluster_profiles as (
    select
        stg_cluster_profiles.cluster_no,
        stg_cluster_profiles.label_ja,
        stg_cluster_profiles.label_en,
        stg_cluster_profiles.persons,
        stg_cluster_profiles.share,
        stg_cluster_profiles.is_new,
        stg_cluster_profiles.median_recency_days,
        stg_cluster_profiles.median_purchase_count,
        {{ money('stg_cluster_profiles.median_net_sales') }} as median_net_sales,
        stg_cluster_profiles.median_interval_days,
        stg_cluster_profiles.median_category_count,
        stg_cluster_profiles.median_discount_share,
        stg_cluster_profiles.z_recency_days,
        stg_cluster_profiles.z_purchase_count,
        stg_cluster_profiles.z_net_sales,
        stg_cluster_profiles.z_interval_days,
        stg_cluster_profiles.z_category_count,
        stg_cluster_profiles.z_discount_share,
        stg_clusters.person_id as medoid_person_id,
        stg_cluster_profiles.silhouette,
        stg_cluster_profiles.stability,
        '{{ var("currency") }}' as currency,
        {{ as_of_date() }} as as_of_date
    from stg_cluster_profiles
    left join stg_clusters
        on
            stg_cluster_profiles.cluster_no = stg_clusters.cluster_no
            and stg_clusters.medoid_rank = 1
)

select * from rpt_cluster_profiles
