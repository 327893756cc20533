with scenario_triggers as (
    select * from {{ ref('scenario_triggers') }}
),

scenario_sent as (
    select * from {{ ref('scenario_sent') }}
),

scenario_steps as (
    select * from {{ ref('scenario_steps') }}
),

rules as (
    select
        scenario,
        max(reentry_days) as reentry_days
    from scenario_steps
    group by scenario
),

-- Only a trigger of which a message went out has counted, from its own instant on.
counted as (
    select
        scenario_sent.scenario,
        scenario_sent.person_id,
        scenario_sent.occurrence,
        coalesce(min(scenario_triggers.anchor_at), min(scenario_sent.sent_at)) as counted_at
    from scenario_sent
    left join scenario_triggers
        on
            scenario_sent.scenario = scenario_triggers.scenario
            and scenario_sent.person_id = scenario_triggers.person_id
            and scenario_sent.occurrence = scenario_triggers.occurrence
    group by scenario_sent.scenario, scenario_sent.person_id, scenario_sent.occurrence
),

scenario_repeats as (
    select
        scenario_triggers.scenario,
        scenario_triggers.person_id,
        scenario_triggers.occurrence
    from scenario_triggers
    inner join rules on scenario_triggers.scenario = rules.scenario
    inner join counted
        on
            scenario_triggers.scenario = counted.scenario
            and scenario_triggers.person_id = counted.person_id
            and scenario_triggers.occurrence <> counted.occurrence
    where
        rules.reentry_days is null
        or (
            rules.reentry_days > 0
            and scenario_triggers.anchor_at
            < {{ dbt.dateadd('day', 'rules.reentry_days', 'counted.counted_at') }}
        )
    group by
        scenario_triggers.scenario, scenario_triggers.person_id, scenario_triggers.occurrence
)

select * from scenario_repeats
