with stg_inquiries as (
    select * from {{ ref('stg_inquiries') }}
),

stg_subscriptions as (
    select * from {{ ref('stg_subscriptions') }}
),

int_persons as (
    select * from {{ ref('int_persons') }}
),

int_person__members as (
    select * from {{ ref('int_person__members') }}
),

int_person__emails as (
    select * from {{ ref('int_person__emails') }}
),

-- An inquiry opened after as_of_date already holds messages back.
open_inquiries as (
    select * from stg_inquiries
    where closed_at is null
),

asking_persons as (
    select coalesce(int_person__members.person_id, int_person__emails.person_id) as person_id
    from open_inquiries
    left join int_person__members
        on open_inquiries.source_customer_id = int_person__members.source_customer_id
    left join int_person__emails
        on
            int_person__members.person_id is null
            and open_inquiries.email_key = int_person__emails.email_key
    group by coalesce(int_person__members.person_id, int_person__emails.person_id)
),

subscribers as (
    select int_person__members.person_id
    from stg_subscriptions
    inner join int_person__members
        on stg_subscriptions.source_customer_id = int_person__members.source_customer_id
    where
        stg_subscriptions.started_at is not null
        and stg_subscriptions.paused_at is null
        and stg_subscriptions.cancelled_at is null
    group by int_person__members.person_id
),

int_person__service as (
    select
        int_persons.person_id,
        asking_persons.person_id is not null as has_open_inquiry,
        subscribers.person_id is not null as has_active_subscription
    from int_persons
    left join asking_persons on int_persons.person_id = asking_persons.person_id
    left join subscribers on int_persons.person_id = subscribers.person_id
)

select * from int_person__service
