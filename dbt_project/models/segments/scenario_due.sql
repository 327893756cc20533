with scenario_states as (
    select * from {{ ref('scenario_states') }}
),

dim_products as (
    select * from {{ ref('dim_products') }}
),

-- One run sends a person one message of a sync: of what has not gone out yet what ends first
-- where each trigger counts, so that none is lost, and else the newest.
ranked as (
    select
        *,
        row_number() over (
            partition by person_id, sync
            order by
                case when state = 'due' then 0 else 1 end,
                case when each_counts and state = 'due' then expires_at end nulls last,
                due_at desc,
                occurrence desc
        ) as place
    from scenario_states
    where state in ('due', 'sent')
),

scenario_due as (
    select
        ranked.person_id,
        ranked.scenario,
        ranked.step,
        ranked.sync,
        ranked.channel,
        ranked.occurrence,
        ranked.due_at,
        ranked.expires_at,
        ranked.state = 'sent' as is_sent,
        ranked.why as reason,
        ranked.product_id,
        dim_products.name as product_name
    from ranked
    left join dim_products on ranked.product_id = dim_products.product_id
    where ranked.place = 1
)

select * from scenario_due
