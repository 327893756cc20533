with int_persons as (
    select * from {{ ref('int_persons') }}
),

int_person__orders as (
    select * from {{ ref('int_person__orders') }}
),

int_web__session_events as (
    select * from {{ ref('int_web__session_events') }}
),

int_web__session_persons as (
    select * from {{ ref('int_web__session_persons') }}
),

int_timeline__contacts as (
    select * from {{ ref('int_timeline__contacts') }}
),

int_lead__refusals as (
    select * from {{ ref('int_lead__refusals') }}
),

leads as (
    select int_persons.*
    from int_persons
    left join int_person__orders on int_persons.person_id = int_person__orders.person_id
    where coalesce(int_person__orders.purchase_count, 0) = 0
),

events as (
    select
        int_web__session_persons.person_id,
        int_web__session_events.occurred_at,
        int_web__session_events.event_type as event,
        1 as sign
    from int_web__session_events
    inner join int_web__session_persons
        on int_web__session_events.session_id = int_web__session_persons.session_id
    where int_web__session_events.event_type is not null
    union all
    -- The timeline holds no machine's open and no robot's click.
    select
        person_id,
        occurred_at,
        case
            when event_kind = 'message_clicked' and channel = 'line' then 'line_tap'
            when event_kind = 'message_clicked' then 'mail_click'
            when event_kind = 'message_opened' then 'mail_open'
            when event_kind = 'message_received' then 'line_message'
            when event_kind = 'line_follow' then 'line_follow'
            when event_kind = 'consent_grant' then 'opt_in'
            when event_kind = 'inquiry_opened' then 'inquiry'
        end as event,
        1 as sign
    from int_timeline__contacts
    where
        event_kind in (
            'message_clicked', 'message_opened', 'message_received', 'line_follow',
            'consent_grant', 'inquiry_opened'
        )
    union all
    select
        person_id,
        registered_at as occurred_at,
        'member_signup' as event,
        1 as sign
    from leads
    union all
    select
        person_id,
        occurred_at,
        'refusal' as event,
        sign
    from int_lead__refusals
),

int_lead__events as (
    select
        events.person_id,
        events.occurred_at,
        events.event,
        sum(events.sign) as events
    from events
    inner join leads on events.person_id = leads.person_id
    where
        events.occurred_at is not null
        and {{ local_date('events.occurred_at') }} <= {{ as_of_date() }}
    group by events.person_id, events.occurred_at, events.event
)

select * from int_lead__events
