with int_policy__members as (
    select * from {{ ref('int_policy__members') }}
),

scenario_due as (
    select * from {{ ref('scenario_due') }}
),

int_policy__syncs as (
    select * from {{ ref('int_policy__syncs') }}
),

-- A product that a message only names, as the one just bought, is not what it promotes.
asked as (
    select
        int_policy__members.person_id,
        int_policy__syncs.sync,
        int_policy__syncs.channel,
        cast(int_policy__members.entered_at as {{ dbt.type_string() }}) as occurrence,
        coalesce(int_policy__syncs.product_id, int_policy__members.product_id) as product_id
    from int_policy__members
    inner join int_policy__syncs on int_policy__members.segment = int_policy__syncs.segment
    union all
    select
        scenario_due.person_id,
        scenario_due.sync,
        scenario_due.channel,
        scenario_due.occurrence,
        case when int_policy__syncs.promotes_product then scenario_due.product_id end as product_id
    from scenario_due
    inner join int_policy__syncs on scenario_due.sync = int_policy__syncs.sync
),

int_policy__candidates as (
    select
        asked.person_id,
        asked.sync,
        int_policy__syncs.segment,
        asked.channel,
        int_policy__syncs.kind,
        int_policy__syncs.purpose,
        int_policy__syncs.topic,
        int_policy__syncs.priority,
        int_policy__syncs.holdout_percent,
        int_policy__syncs.is_enabled,
        asked.occurrence,
        asked.product_id
    from asked
    inner join int_policy__syncs on asked.sync = int_policy__syncs.sync
)

select * from int_policy__candidates
