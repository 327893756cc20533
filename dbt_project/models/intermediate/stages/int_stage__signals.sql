with int_persons as (
    select * from {{ ref('int_persons') }}
),

int_person__consent_words as (
    select * from {{ ref('int_person__consent_words') }}
),

fct_web_sessions as (
    select * from {{ ref('fct_web_sessions') }}
),

fct_message_events as (
    select * from {{ ref('fct_message_events') }}
),

signals as (
    select
        person_id,
        {{ local_date('registered_at') }} as signal_date,
        'registration' as signal
    from int_persons
    union all
    select
        person_id,
        {{ local_date('first_seen_at') }} as signal_date,
        'first_record' as signal
    from int_persons
    union all
    select
        person_id,
        {{ local_date('occurred_at') }} as signal_date,
        'opt_in' as signal
    from int_person__consent_words
    where is_opt_in
    union all
    select
        person_id,
        event_date as signal_date,
        'message' as signal
    from fct_message_events
    where is_human_engagement
    union all
    select
        person_id,
        session_date as signal_date,
        case when cart_adds + checkouts > 0 then 'cart' else 'session' end as signal
    from fct_web_sessions
),

int_stage__signals as (
    select
        person_id,
        signal_date,
        max(case when signal = 'registration' then 1 else 0 end) as is_registration,
        max(case when signal = 'first_record' then 1 else 0 end) as is_first_record,
        max(case when signal = 'opt_in' then 1 else 0 end) as is_opt_in,
        max(case when signal = 'message' then 1 else 0 end) as is_message,
        max(case when signal = 'cart' then 1 else 0 end) as is_cart
    from signals
    where
        person_id is not null
        and signal_date is not null
        and signal_date <= {{ as_of_date() }}
    group by person_id, signal_date
)

select * from int_stage__signals
