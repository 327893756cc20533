with int_web__session_events as (
    select * from {{ ref('int_web__session_events') }}
),

int_web__browser_orders as (
    select * from {{ ref('int_web__browser_orders') }}
),

int_web__mail_recipients as (
    select * from {{ ref('int_web__mail_recipients') }}
),

int_person__members as (
    select * from {{ ref('int_person__members') }}
),

int_orders__attributed as (
    select * from {{ ref('int_orders__attributed') }}
),

int_person__line_users as (
    select * from {{ ref('int_person__line_users') }}
),

int_person__emails as (
    select * from {{ ref('int_person__emails') }}
),

member_orders as (
    select * from int_orders__attributed
    where source = '{{ var("member_source") }}'
),

line_owners as (
    select * from int_person__line_users
    where is_sole_holder
),

sole_holders as (
    select * from int_person__emails
    where is_sole_holder
),

-- What an event says of several persons is what its strongest proof says.
told_events as (
    select
        int_web__session_events.web_event_id as evidence_id,
        int_web__session_events.source,
        int_web__session_events.anonymous_id,
        int_web__session_events.session_id,
        coalesce(
            int_person__members.person_id,
            member_orders.person_id,
            line_owners.person_id,
            sole_holders.person_id,
            int_web__mail_recipients.person_id
        ) as person_id,
        case
            when int_person__members.person_id is not null then 'login'
            when member_orders.person_id is not null then 'order'
            when line_owners.person_id is not null then 'line'
            when sole_holders.person_id is not null then 'form'
            else 'mail_click'
        end as method,
        int_web__session_events.occurred_at
    from int_web__session_events
    left join int_person__members
        on int_web__session_events.source_customer_id = int_person__members.source_customer_id
    left join member_orders
        on int_web__session_events.source_order_id = member_orders.source_order_id
    left join line_owners
        on int_web__session_events.line_user_id = line_owners.line_user_id
    left join sole_holders
        on
            int_web__session_events.email_key = sole_holders.email_key
            and int_web__session_events.event_type = 'form_submit'
    left join int_web__mail_recipients
        on int_web__session_events.mail_send_id = int_web__mail_recipients.send_id
),

int_web__identifying_events as (
    select * from told_events
    where person_id is not null
    union all
    select
        'order:' || order_id || ':' || source as evidence_id,
        source,
        anonymous_id,
        session_id,
        person_id,
        'order' as method,
        occurred_at
    from int_web__browser_orders
)

select * from int_web__identifying_events
