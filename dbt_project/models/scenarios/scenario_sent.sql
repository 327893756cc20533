with int_policy__sent as (
    select * from {{ ref('int_policy__sent') }}
),

scenario_steps as (
    select * from {{ ref('scenario_steps') }}
),

steps as (
    select
        scenario,
        step,
        sync
    from scenario_steps
    group by scenario, step, sync
),

scenario_sent as (
    select
        steps.scenario,
        steps.step,
        steps.sync,
        int_policy__sent.sent_to_person_id as person_id,
        int_policy__sent.occurrence,
        min(int_policy__sent.channel) as channel,
        min(int_policy__sent.sent_at) as sent_at
    from int_policy__sent
    inner join steps on int_policy__sent.campaign_code = steps.sync
    where
        int_policy__sent.sent_to_person_id is not null
        and int_policy__sent.occurrence is not null
    group by
        steps.scenario, steps.step, steps.sync, int_policy__sent.sent_to_person_id,
        int_policy__sent.occurrence
)

select * from scenario_sent
