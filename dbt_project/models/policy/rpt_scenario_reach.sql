with scenario_verdicts as (
    select * from {{ ref('scenario_verdicts') }}
),

scenario_steps as (
    select * from {{ ref('scenario_steps') }}
),

int_policy__syncs as (
    select * from {{ ref('int_policy__syncs') }}
),

fct_orders as (
    select * from {{ ref('fct_orders') }}
),

counted as (
    select
        sync,
        count(*) as due,
        count(case when verdict = 'without_permission' then 1 end) as without_permission,
        count(case when verdict = 'unreachable' then 1 end) as unreachable,
        count(case when verdict = 'waiting' then 1 end) as waiting,
        count(case when verdict = 'not_wanted' then 1 end) as not_wanted,
        count(case when verdict = 'over_cap' then 1 end) as over_cap,
        count(case when verdict = 'held_out' then 1 end) as held_out,
        count(case when verdict = 'allowed' then 1 end) as allowed,
        count(case when verdict = 'allowed' then expected_orders end) as judged,
        sum(case when verdict = 'allowed' then expected_orders end) as expected_orders
    from scenario_verdicts
    group by sync
),

-- Of one purchase; one with a piece of unknown cost says nothing.
purchases as (
    select
        person_id,
        purchase_no,
        case when count(*) = count(gross_profit) then sum(gross_profit) end as gross_profit
    from fct_orders
    where is_purchase and person_id is not null and {{ age_days('ordered_date') }} < 365
    group by person_id, purchase_no
),

profits as (
    select
        avg(case when purchase_no = 1 then gross_profit end) as lead_probability,
        avg(case when purchase_no = 2 then gross_profit end) as f2_conversion,
        avg(case when purchase_no >= 2 then gross_profit end) as order_prediction
    from purchases
),

valued as (
    select
        scenario_steps.*,
        case scenario_steps.expectation
            when 'lead_probability' then profits.lead_probability
            when 'f2_conversion' then profits.f2_conversion
            when 'order_prediction' then profits.order_prediction
        end as profit
    from scenario_steps
    cross join profits
    where scenario_steps.place = 1
),

rpt_scenario_reach as (
    select
        valued.scenario,
        valued.step,
        valued.sync,
        valued.title_ja,
        valued.title_en,
        int_policy__syncs.is_enabled,
        coalesce(counted.due, 0) as due,
        coalesce(counted.without_permission, 0) as without_permission,
        coalesce(counted.unreachable, 0) as unreachable,
        coalesce(counted.waiting, 0) as waiting,
        coalesce(counted.not_wanted, 0) as not_wanted,
        coalesce(counted.over_cap, 0) as over_cap,
        coalesce(counted.held_out, 0) as held_out,
        coalesce(counted.allowed, 0) as allowed,
        valued.expectation,
        cast(
            case valued.expectation when 'lead_probability' then 14 when 'none' then null else 90 end
            as bigint
        ) as expectation_days,
        coalesce(counted.judged, 0) as judged,
        counted.expected_orders,
        {{ money('valued.profit') }} as gross_profit_per_order,
        {{ money('counted.expected_orders * valued.profit') }} as expected_gross_profit,
        '{{ var("currency") }}' as currency,
        {{ as_of_date() }} as as_of_date
    from valued
    inner join int_policy__syncs on valued.sync = int_policy__syncs.sync
    left join counted on valued.sync = counted.sync
)

select * from rpt_scenario_reach
