with stg_linkage_pairs as (
    select * from {{ ref('stg_linkage_pairs') }}
),

stg_person_map as (
    select * from {{ ref('stg_person_map') }}
),

identity_review_queue as (
    select
        stg_linkage_pairs.left_record,
        stg_linkage_pairs.right_record,
        left_persons.person_id as left_person_id,
        right_persons.person_id as right_person_id,
        case
            when left_persons.person_id = right_persons.person_id then 'linked' else 'open'
        end as status,
        stg_linkage_pairs.reasons,
        stg_linkage_pairs.reasons_ja,
        stg_linkage_pairs.weights,
        stg_linkage_pairs.match_probability,
        stg_linkage_pairs.match_weight
    from stg_linkage_pairs
    inner join stg_person_map as left_persons
        on stg_linkage_pairs.left_record = left_persons.record_key
    inner join stg_person_map as right_persons
        on stg_linkage_pairs.right_record = right_persons.record_key
    where not stg_linkage_pairs.is_vetoed
)

select * from identity_review_queue
