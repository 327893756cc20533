with stg_message_events as (
    select * from {{ ref('stg_message_events') }}
),

int_web__session_events as (
    select * from {{ ref('int_web__session_events') }}
),

int_person__emails as (
    select * from {{ ref('int_person__emails') }}
),

clicked_sends as (
    select mail_send_id as send_id
    from int_web__session_events
    where mail_send_id is not null
    group by mail_send_id
),

-- A send id that went to two mailboxes tells nobody.
mailboxes as (
    select
        stg_message_events.send_id,
        min(stg_message_events.email_key) as email_key
    from stg_message_events
    inner join clicked_sends on stg_message_events.send_id = clicked_sends.send_id
    where stg_message_events.email_key is not null
    group by stg_message_events.send_id
    having count(distinct stg_message_events.email_key) = 1
),

int_web__mail_recipients as (
    select
        mailboxes.send_id,
        int_person__emails.person_id
    from mailboxes
    inner join int_person__emails
        on
            mailboxes.email_key = int_person__emails.email_key
            and int_person__emails.is_sole_holder
)

select * from int_web__mail_recipients
