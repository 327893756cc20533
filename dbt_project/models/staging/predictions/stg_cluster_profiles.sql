with cluster_profiles as (
    select * from {{ source('predictions', 'cluster_profiles') }}
),

stg_cluster_profiles as (
    select
        cluster_no,
        label_ja,
        label_en,
        persons,
        share,
        silhouette,
        stability,
        is_new,
        median_recency_days,
        median_purchase_count,
        median_net_sales,
        median_interval_days,
        median_category_count,
        median_discount_share,
        z_recency_days,
        z_purchase_count,
        z_net_sales,
        z_interval_days,
        z_category_count,
        z_discount_share
    from cluster_profiles
)

select * from stg_cluster_profiles
