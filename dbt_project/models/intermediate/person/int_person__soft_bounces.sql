with stg_message_events as (
    select * from {{ ref('stg_message_events') }}
),

int_person__contacts as (
    select * from {{ ref('int_person__contacts') }}
),

int_policy__settings as (
    select * from {{ ref('int_policy__settings') }}
),

last_deliveries as (
    select
        email_key,
        max(occurred_at) as delivered_at
    from stg_message_events
    where channel = 'email' and event_type = 'delivered'
    group by email_key
),

-- A delivery ends the streak.
streaks as (
    select
        stg_message_events.email_key,
        count(*) as soft_bounces
    from stg_message_events
    cross join int_policy__settings
    left join last_deliveries on stg_message_events.email_key = last_deliveries.email_key
    where
        stg_message_events.channel = 'email'
        and stg_message_events.event_type = 'bounce'
        and stg_message_events.bounce_type = 'blocked'
        and {{ age_days('stg_message_events.occurred_date') }}
        < int_policy__settings.soft_bounce_days
        and coalesce(stg_message_events.occurred_at > last_deliveries.delivered_at, true)
    group by stg_message_events.email_key
),

int_person__soft_bounces as (
    select
        int_person__contacts.person_id,
        streaks.soft_bounces
    from streaks
    cross join int_policy__settings
    inner join int_person__contacts on streaks.email_key = int_person__contacts.email_key
    where streaks.soft_bounces >= int_policy__settings.soft_bounces
)

select * from int_person__soft_bounces
