with int_policy__candidates as (
    select * from {{ ref('int_policy__candidates') }}
),

topics as (
    select * from {{ ref('topics') }}
),

rpt_ctb_affinity as (
    select * from {{ ref('rpt_ctb_affinity') }}
),

int_policy__settings as (
    select * from {{ ref('int_policy__settings') }}
),

known_tastes as (
    select
        person_id,
        dimension
    from rpt_ctb_affinity
    group by person_id, dimension
),

-- Of whom nothing is known nothing is held against them.
int_policy__uninterested as (
    select
        int_policy__candidates.person_id,
        int_policy__candidates.sync,
        'low_interest' as reason_code
    from int_policy__candidates
    cross join int_policy__settings
    inner join topics on int_policy__candidates.topic = topics.topic
    inner join known_tastes
        on
            int_policy__candidates.person_id = known_tastes.person_id
            and topics.dimension = known_tastes.dimension
    left join rpt_ctb_affinity
        on
            int_policy__candidates.person_id = rpt_ctb_affinity.person_id
            and topics.dimension = rpt_ctb_affinity.dimension
            and topics.dimension_value = rpt_ctb_affinity.dimension_value
    where coalesce(rpt_ctb_affinity.share, 0) < int_policy__settings.interest_floor
)

select * from int_policy__uninterested
