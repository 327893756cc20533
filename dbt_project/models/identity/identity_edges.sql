with int_identity__edges as (
    select * from {{ ref('int_identity__edges') }}
),

identity_rules as (
    select * from {{ ref('identity_rules') }}
),

stg_person_map as (
    select * from {{ ref('stg_person_map') }}
),

stg_refused_links as (
    select * from {{ ref('stg_refused_links') }}
),

judged_edges as (
    select
        int_identity__edges.left_record,
        int_identity__edges.right_record,
        int_identity__edges.rule,
        identity_rules.tier,
        identity_rules.is_enabled,
        int_identity__edges.first_seen_at,
        left_map.person_id = right_map.person_id as is_accepted,
        stg_refused_links.reason
    from int_identity__edges
    inner join identity_rules on int_identity__edges.rule = identity_rules.rule
    inner join stg_person_map as left_map on int_identity__edges.left_record = left_map.record_key
    inner join stg_person_map as right_map
        on int_identity__edges.right_record = right_map.record_key
    left join stg_refused_links
        on
            int_identity__edges.left_record = stg_refused_links.left_record
            and int_identity__edges.right_record = stg_refused_links.right_record
            and int_identity__edges.rule = stg_refused_links.rule
),

identity_edges as (
    select
        left_record,
        right_record,
        rule,
        tier,
        first_seen_at,
        is_accepted,
        case
            when is_accepted then null
            when not is_enabled then 'rule_disabled'
            else reason
        end as refused_reason
    from judged_edges
)

select * from identity_edges
