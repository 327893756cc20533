with scenario_states as (
    select * from {{ ref('scenario_states') }}
),

dim_products as (
    select * from {{ ref('dim_products') }}
),

-- One run sends a person one message of a sync: the newest occurrence is the one it is about.
ranked as (
    select
        *,
        row_number() over (
            partition by person_id, sync order by occurrence desc
        ) as place
    from scenario_states
    where state = 'due'
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
        ranked.why as reason,
        ranked.product_id,
        dim_products.name as product_name
    from ranked
    left join dim_products on ranked.product_id = dim_products.product_id
    where ranked.place = 1
)

select * from scenario_due
