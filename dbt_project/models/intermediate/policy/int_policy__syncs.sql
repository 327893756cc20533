with syncs as (
    select * from {{ ref('syncs') }}
),

scenario_steps as (
    select * from {{ ref('scenario_steps') }}
),

-- The channel of a step is each person's own, so it stands with the people.
int_policy__syncs as (
    select
        sync,
        segment,
        channel,
        kind,
        purpose,
        topic,
        priority,
        holdout_percent,
        product_id,
        false as promotes_product,
        true as is_enabled
    from syncs
    union all
    select
        sync,
        'scenario_due' as segment,
        cast(null as {{ dbt.type_string() }}) as channel,
        'message' as kind,
        purpose,
        topic,
        priority,
        holdout_percent,
        cast(null as {{ dbt.type_string() }}) as product_id,
        promotes_product,
        {{ is_one_of('scenario', var('enabled_scenarios')) }} as is_enabled
    from scenario_steps
    where place = 1
)

select * from int_policy__syncs
