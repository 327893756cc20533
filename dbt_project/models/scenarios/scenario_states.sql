with scenario_triggers as (
    select * from {{ ref('scenario_triggers') }}
),

scenario_steps as (
    select * from {{ ref('scenario_steps') }}
),

scenario_channels as (
    select * from {{ ref('scenario_channels') }}
),

scenario_sent as (
    select * from {{ ref('scenario_sent') }}
),

scenario_repeats as (
    select * from {{ ref('scenario_repeats') }}
),

fct_orders as (
    select * from {{ ref('fct_orders') }}
),

-- An order that waits for payment ends a scenario too: nobody is asked for what they just did.
last_orders as (
    select
        person_id,
        max(ordered_at) as ordered_at
    from fct_orders
    where status <> 'cancelled'
    group by person_id
),

timed as (
    select
        scenario_triggers.*,
        scenario_steps.step,
        scenario_steps.sync,
        scenario_steps.exits_on_order,
        scenario_steps.expires_after_hours,
        coalesce(scenario_steps.reentry_days = 0, false) as each_counts,
        case
            when scenario_steps.delay_hours is not null
                then {{ dbt.dateadd(
                    'hour',
                    'cast(scenario_steps.delay_hours as bigint)',
                    'scenario_triggers.anchor_at'
                ) }}
            else {{ dbt.dateadd(
                'hour',
                'cast(scenario_steps.send_hour as bigint)',
                local_midnight(add_days(
                    local_date('scenario_triggers.anchor_at'),
                    'cast(scenario_steps.delay_days as bigint)'
                ))
            ) }}
        end as due_at,
        {{ dbt.dateadd(
            'hour',
            'cast(scenario_steps.send_hour as bigint)',
            local_midnight(add_days(as_of_date(), 1))
        ) }} as run_at
    from scenario_triggers
    inner join scenario_steps on scenario_triggers.scenario = scenario_steps.scenario
    where scenario_steps.place = 1
),

ending as (
    select
        *,
        {{ dbt.dateadd('hour', 'expires_after_hours', 'due_at') }} as expires_at
    from timed
),

scenario_states as (
    select
        ending.scenario,
        ending.step,
        ending.sync,
        scenario_channels.channel,
        ending.person_id,
        ending.occurrence,
        ending.anchor_at,
        ending.due_at,
        ending.expires_at,
        ending.product_id,
        ending.why,
        ending.each_counts,
        case
            when scenario_repeats.occurrence is not null then 'repeated'
            when ending.exits_on_order and last_orders.ordered_at >= ending.anchor_at
                then 'converted'
            when ending.due_at > ending.run_at then 'waiting'
            when ending.expires_at <= ending.run_at then 'expired'
            when scenario_sent.occurrence is not null then 'sent'
            else 'due'
        end as state
    from ending
    left join scenario_channels
        on
            ending.sync = scenario_channels.sync
            and ending.person_id = scenario_channels.person_id
            and ending.occurrence = scenario_channels.occurrence
    left join last_orders on ending.person_id = last_orders.person_id
    left join scenario_sent
        on
            ending.sync = scenario_sent.sync
            and ending.person_id = scenario_sent.person_id
            and ending.occurrence = scenario_sent.occurrence
    left join scenario_repeats
        on
            ending.scenario = scenario_repeats.scenario
            and ending.person_id = scenario_repeats.person_id
            and ending.occurrence = scenario_repeats.occurrence
)

select * from scenario_states
