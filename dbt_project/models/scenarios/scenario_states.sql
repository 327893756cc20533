with scenario_triggers as (
    select * from {{ ref('scenario_triggers') }}
),

scenario_steps as (
    select * from {{ ref('scenario_steps') }}
),

customer_360 as (
    select * from {{ ref('customer_360') }}
),

fct_orders as (
    select * from {{ ref('fct_orders') }}
),

following as (
    select
        *,
        lag(anchor_at) over (
            partition by scenario, person_id order by anchor_at, occurrence
        ) as previous_anchor_at
    from scenario_triggers
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

possible as (
    select
        following.*,
        scenario_steps.step,
        scenario_steps.sync,
        scenario_steps.channel,
        scenario_steps.place,
        scenario_steps.exits_on_order,
        scenario_steps.reentry_days,
        scenario_steps.expires_after_hours,
        coalesce(last_orders.ordered_at >= following.anchor_at, false) as has_ordered,
        case
            when scenario_steps.delay_hours is not null
                then {{ dbt.dateadd(
                    'hour', 'cast(scenario_steps.delay_hours as bigint)', 'following.anchor_at'
                ) }}
            else {{ dbt.dateadd(
                'hour',
                'cast(scenario_steps.send_hour as bigint)',
                local_midnight(add_days(
                    local_date('following.anchor_at'), 'cast(scenario_steps.delay_days as bigint)'
                ))
            ) }}
        end as due_at,
        {{ dbt.dateadd(
            'hour',
            'cast(scenario_steps.send_hour as bigint)',
            local_midnight(add_days(as_of_date(), 1))
        ) }} as run_at,
        case scenario_steps.channel
            when 'email' then customer_360.has_email and customer_360.email_consent
            when 'line' then customer_360.has_line and customer_360.line_consent
            else false
        end as can_reach
    from following
    inner join scenario_steps on following.scenario = scenario_steps.scenario
    left join customer_360 on following.person_id = customer_360.person_id
    left join last_orders on following.person_id = last_orders.person_id
),

ranked as (
    select
        *,
        {{ dbt.dateadd('hour', 'expires_after_hours', 'due_at') }} as expires_at,
        row_number() over (
            partition by scenario, step, person_id, occurrence
            order by case when can_reach then 0 else 1 end, place
        ) as choice
    from possible
),

scenario_states as (
    select
        scenario,
        step,
        sync,
        channel,
        person_id,
        occurrence,
        anchor_at,
        due_at,
        expires_at,
        product_id,
        why,
        -- With reentry_days null only the first occurrence counts, with 0 each one.
        case
            when
                previous_anchor_at is not null
                and (
                    reentry_days is null
                    or anchor_at < {{ dbt.dateadd('day', 'reentry_days', 'previous_anchor_at') }}
                )
                then 'repeated'
            when exits_on_order and has_ordered then 'converted'
            when due_at > run_at then 'waiting'
            when expires_at <= run_at then 'expired'
            else 'due'
        end as state
    from ranked
    where choice = 1
)

select * from scenario_states
