with fct_message_events as (
    select * from {{ ref('fct_message_events') }}
),

int_person__messages as (
    select
        person_id,
        count(
            case
                when
                    channel = 'email'
                    and event_type = 'delivered'
                    and {{ age_days('event_date') }} < 90
                    then 1
            end
        ) as emails_delivered_90d,
        count(
            case
                when
                    event_type = 'click'
                    and is_human_engagement
                    and {{ age_days('event_date') }} < 90
                    then 1
            end
        ) as human_clicks_90d,
        max(case when event_type = 'click' and is_human_engagement then occurred_at end)
            as last_human_click_at,
        max(case when is_human_engagement then event_date end) as last_engagement_date
    from fct_message_events
    where person_id is not null
    group by person_id
)

select * from int_person__messages
