with int_lead__points as (
    select * from {{ ref('int_lead__points') }}
),

lead_score_rules as (
    select * from {{ ref('lead_score_rules') }}
),

event_points as (
    select
        person_id,
        event,
        {{ rounded('greatest(-max(cap), least(max(cap), sum(points_left)))', 6) }} as points,
        max(occurred_at) as last_event_at
    from int_lead__points
    group by person_id, event
),

int_lead__reasons as (
    select
        event_points.person_id,
        event_points.event,
        event_points.points,
        event_points.last_event_at,
        lead_score_rules.label_ja || ' +'
        || cast(cast(event_points.points as decimal(18, 1)) as {{ dbt.type_string() }}) as reason_ja,
        lead_score_rules.label_en || ' +'
        || cast(cast(event_points.points as decimal(18, 1)) as {{ dbt.type_string() }}) as reason_en,
        row_number() over (
            partition by event_points.person_id
            order by event_points.points desc, event_points.event asc
        ) as reason_rank
    from event_points
    inner join lead_score_rules on event_points.event = lead_score_rules.event
)

select * from int_lead__reasons
