with fct_message_events as (
    select * from {{ ref('fct_message_events') }}
),

int_person__consent_words as (
    select * from {{ ref('int_person__consent_words') }}
),

stg_inquiries as (
    select * from {{ ref('stg_inquiries') }}
),

int_person__members as (
    select * from {{ ref('int_person__members') }}
),

int_person__emails as (
    select * from {{ ref('int_person__emails') }}
),

sole_holders as (
    select * from int_person__emails
    where is_sole_holder
),

person_inquiries as (
    select
        stg_inquiries.*,
        coalesce(int_person__members.person_id, sole_holders.person_id) as person_id
    from stg_inquiries
    left join int_person__members
        on stg_inquiries.source_customer_id = int_person__members.source_customer_id
    left join sole_holders on stg_inquiries.email_key = sole_holders.email_key
),

message_kinds as (
    select
        *,
        case
            when event_type = 'processed' then 'message_sent'
            when event_type = 'delivered' then 'message_delivered'
            when event_type = 'open' and not is_machine_open then 'message_opened'
            when event_type = 'click' and is_human_engagement then 'message_clicked'
            when event_type = 'message_received' then 'message_received'
            when event_type = 'follow' then 'line_follow'
            when event_type = 'unfollow' then 'line_unfollow'
        end as event_kind
    from fct_message_events
    where person_id is not null
),

int_timeline__contacts as (
    select
        person_id,
        occurred_at,
        event_kind,
        channel,
        message_event_id as object_id,
        campaign_code as detail
    from message_kinds
    where event_kind is not null
    union all
    select
        person_id,
        occurred_at,
        case when is_opt_in then 'consent_grant' else 'consent_withdraw' end as event_kind,
        channel,
        consent_id as object_id,
        cast(null as {{ dbt.type_string() }}) as detail
    from int_person__consent_words
    union all
    select
        person_id,
        opened_at as occurred_at,
        'inquiry_opened' as event_kind,
        channel,
        inquiry_id as object_id,
        topic as detail
    from person_inquiries
    where person_id is not null and opened_at is not null
    union all
    select
        person_id,
        closed_at as occurred_at,
        'inquiry_closed' as event_kind,
        channel,
        inquiry_id as object_id,
        topic as detail
    from person_inquiries
    where person_id is not null and closed_at is not null
)

select * from int_timeline__contacts
