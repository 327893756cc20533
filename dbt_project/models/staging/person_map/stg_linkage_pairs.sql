with linkage_pairs as (
    select * from {{ source('identity', 'linkage_pairs') }}
),

stg_linkage_pairs as (
    select
        left_record,
        right_record,
        weights,
        reasons,
        reasons_ja,
        match_probability,
        match_weight,
        is_vetoed
    from linkage_pairs
)

select * from stg_linkage_pairs
