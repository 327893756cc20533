with int_persons as (
    select * from {{ ref('int_persons') }}
),

int_person__orders as (
    select * from {{ ref('int_person__orders') }}
),

int_person__web as (
    select * from {{ ref('int_person__web') }}
),

int_person__messages as (
    select * from {{ ref('int_person__messages') }}
),

int_person__consents as (
    select * from {{ ref('int_person__consents') }}
),

int_stage__limits as (
    select * from {{ ref('int_stage__limits') }}
),

int_stage__person_changes as (
    select * from {{ ref('int_stage__person_changes') }}
),

last_opt_ins as (
    select
        person_id,
        max(last_opt_in_at) as last_opt_in_at
    from int_person__consents
    group by person_id
),

entries as (
    select
        person_id,
        max(changed_on) as stage_entered_date
    from int_stage__person_changes
    group by person_id
),

signals as (
    select
        int_persons.person_id,
        int_stage__limits.hot_lead_cart_days,
        int_stage__limits.hot_lead_view_days,
        int_stage__limits.hot_lead_view_count,
        int_stage__limits.dormant_lead_days,
        int_stage__limits.dormant_customer_days,
        entries.stage_entered_date,
        coalesce(int_person__orders.purchase_count, 0) as purchase_count,
        int_person__orders.first_purchase_date,
        int_person__orders.second_purchase_date,
        int_person__orders.last_purchase_date,
        int_person__web.last_cart_date,
        coalesce(int_person__web.most_views_of_a_product, 0) as most_views_of_a_product,
        greatest(
            coalesce({{ local_date('int_persons.first_seen_at') }}, date '1900-01-01'),
            coalesce({{ local_date('int_persons.registered_at') }}, date '1900-01-01'),
            coalesce({{ local_date('last_opt_ins.last_opt_in_at') }}, date '1900-01-01'),
            coalesce(int_person__web.last_session_date, date '1900-01-01'),
            coalesce(int_person__messages.last_engagement_date, date '1900-01-01')
        ) as last_engagement_date
    from int_persons
    cross join int_stage__limits
    left join int_person__orders on int_persons.person_id = int_person__orders.person_id
    left join int_person__web on int_persons.person_id = int_person__web.person_id
    left join int_person__messages on int_persons.person_id = int_person__messages.person_id
    left join last_opt_ins on int_persons.person_id = last_opt_ins.person_id
    left join entries on int_persons.person_id = entries.person_id
),

staged as (
    select
        *,
        case
            when
                purchase_count > 0
                and {{ age_days('last_purchase_date') }} >= dormant_customer_days
                then 'dormant_customer'
            when purchase_count > 1 then 'repeater'
            when purchase_count = 1 then 'customer'
            when {{ age_days('last_cart_date') }} < hot_lead_cart_days then 'hot_lead'
            when most_views_of_a_product >= hot_lead_view_count then 'hot_lead'
            when {{ age_days('last_engagement_date') }} >= dormant_lead_days
                then 'dormant_lead'
            else 'lead'
        end as stage
    from signals
),

int_person__stages as (
    select
        person_id,
        stage,
        case
            when stage = 'dormant_customer' then 'last purchase on ' || last_purchase_date
            when stage = 'repeater' then 'second purchase on ' || second_purchase_date
            when stage = 'customer' then 'first purchase on ' || first_purchase_date
            when stage = 'hot_lead' and {{ age_days('last_cart_date') }} < hot_lead_cart_days
                then 'cart or checkout on ' || last_cart_date
            when stage = 'hot_lead'
                then
                    'one product viewed ' || most_views_of_a_product || ' times in '
                    || hot_lead_view_days || ' days'
            else 'last engagement on ' || last_engagement_date
        end as stage_entered_evidence,
        -- The day 1900-01-01 stands for a person of whom no fact is dated.
        nullif(stage_entered_date, date '1900-01-01') as stage_entered_date
    from staged
)

select * from int_person__stages
