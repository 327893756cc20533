with scenario_triggers as (
    select * from {{ ref('scenario_triggers') }}
),

scenario_steps as (
    select * from {{ ref('scenario_steps') }}
),

scenario_sent as (
    select * from {{ ref('scenario_sent') }}
),

customer_360 as (
    select * from {{ ref('customer_360') }}
),

reached as (
    select
        scenario_triggers.person_id,
        scenario_triggers.occurrence,
        scenario_steps.sync,
        scenario_steps.channel,
        scenario_steps.place,
        coalesce(scenario_sent.channel = scenario_steps.channel, false) as is_chosen,
        coalesce(
            case scenario_steps.channel
                when 'email' then customer_360.has_email and customer_360.email_consent
                when 'line' then customer_360.has_line and customer_360.line_consent
            end,
            false
        ) as can_reach
    from scenario_triggers
    inner join scenario_steps on scenario_triggers.scenario = scenario_steps.scenario
    left join customer_360 on scenario_triggers.person_id = customer_360.person_id
    left join scenario_sent
        on
            scenario_steps.sync = scenario_sent.sync
            and scenario_triggers.person_id = scenario_sent.person_id
            and scenario_triggers.occurrence = scenario_sent.occurrence
),

-- What has gone out on a channel stays there, whatever the person agrees to later.
ranked as (
    select
        *,
        row_number() over (
            partition by sync, person_id, occurrence
            order by
                case when is_chosen then 0 else 1 end,
                case when can_reach then 0 else 1 end,
                place
        ) as choice
    from reached
),

scenario_channels as (
    select
        sync,
        person_id,
        occurrence,
        channel
    from ranked
    where choice = 1
)

select * from scenario_channels
