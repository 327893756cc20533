with scenario_due as (
    select * from {{ ref('scenario_due') }}
),

scenario_steps as (
    select * from {{ ref('scenario_steps') }}
),

send_eligibility as (
    select * from {{ ref('send_eligibility') }}
),

refusal_reasons as (
    select * from {{ ref('refusal_reasons') }}
),

rpt_f2_conversion as (
    select * from {{ ref('rpt_f2_conversion') }}
),

customer_predictions as (
    select * from {{ ref('customer_predictions') }}
),

rpt_lead_probabilities as (
    select * from {{ ref('rpt_lead_probabilities') }}
),

second_purchases as (
    select conversion_ratio
    from rpt_f2_conversion
    where dimension = 'all' and purchase_no = 1 and window_days = 90
),

scenario_verdicts as (
    select
        scenario_due.sync,
        scenario_due.person_id,
        case
            when send_eligibility.allowed then 'allowed'
            else coalesce(refusal_reasons.reason_group, 'without_permission')
        end as verdict,
        case scenario_steps.expectation
            when 'f2_conversion' then second_purchases.conversion_ratio
            when 'order_prediction' then customer_predictions.expected_orders_90d
            when 'lead_probability' then rpt_lead_probabilities.probability
        end as expected_orders
    from scenario_due
    inner join scenario_steps
        on scenario_due.sync = scenario_steps.sync and scenario_steps.place = 1
    left join send_eligibility
        on
            scenario_due.sync = send_eligibility.sync
            and scenario_due.person_id = send_eligibility.person_id
    left join refusal_reasons on send_eligibility.reason_code = refusal_reasons.reason_code
    left join second_purchases on scenario_steps.expectation = 'f2_conversion'
    left join customer_predictions on scenario_due.person_id = customer_predictions.person_id
    left join rpt_lead_probabilities on scenario_due.person_id = rpt_lead_probabilities.person_id
    where not scenario_due.is_sent
)

select * from scenario_verdicts
