with stg_message_events as (
    select * from {{ ref('stg_message_events') }}
),

int_person__contacts as (
    select * from {{ ref('int_person__contacts') }}
),

int_person__consent_words as (
    select * from {{ ref('int_person__consent_words') }}
),

numbers as (
    select
        recipient as phone_key,
        case when event_type = 'bounce' then 'hard_bounce' else 'channel_block' end as reason_code,
        max(case when event_type <> 'resubscribe' then occurred_at end) as refused_at,
        max(case when event_type = 'resubscribe' then occurred_at end) as resumed_at
    from stg_message_events
    where
        channel = 'sms'
        and (
            event_type in ('unsubscribe', 'resubscribe')
            or (event_type = 'bounce' and coalesce(bounce_type, 'bounce') <> 'blocked')
        )
    group by
        recipient, case when event_type = 'bounce' then 'hard_bounce' else 'channel_block' end
),

last_opt_ins as (
    select
        person_id,
        max(occurred_at) as opted_in_at
    from int_person__consent_words
    where channel = 'sms' and is_opt_in and not is_import
    group by person_id
),

int_person__sms_refusals as (
    select
        int_person__contacts.person_id,
        numbers.reason_code,
        numbers.refused_at
    from numbers
    inner join int_person__contacts on numbers.phone_key = int_person__contacts.phone_key
    left join last_opt_ins on int_person__contacts.person_id = last_opt_ins.person_id
    where
        numbers.refused_at is not null
        and coalesce(numbers.refused_at >= numbers.resumed_at, true)
        and coalesce(numbers.refused_at >= last_opt_ins.opted_in_at, true)
)

select * from int_person__sms_refusals
