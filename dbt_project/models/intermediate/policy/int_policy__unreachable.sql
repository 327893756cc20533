with int_policy__candidates as (
    select * from {{ ref('int_policy__candidates') }}
),

int_person__reach as (
    select * from {{ ref('int_person__reach') }}
),

int_person__contacts as (
    select * from {{ ref('int_person__contacts') }}
),

judged as (
    select
        int_policy__candidates.person_id,
        int_policy__candidates.sync,
        int_policy__candidates.channel = 'email'
        and coalesce(int_person__reach.email_status = 'relay', false) as is_relay,
        case int_policy__candidates.channel
            when 'email' then int_person__reach.has_email
            when 'line' then int_person__reach.has_line
            when 'print' then int_person__reach.has_postal_address
            when 'phone' then int_person__reach.has_phone
            when 'sms' then int_person__contacts.phone_kind = 'mobile'
            when 'ads' then int_person__reach.has_email or int_person__reach.has_phone
            else true
        end as is_reachable
    from int_policy__candidates
    left join int_person__reach on int_policy__candidates.person_id = int_person__reach.person_id
    left join int_person__contacts
        on int_policy__candidates.person_id = int_person__contacts.person_id
),

int_policy__unreachable as (
    select
        person_id,
        sync,
        case when is_relay then 'relay_address' else 'unreachable' end as reason_code
    from judged
    where is_relay or not coalesce(is_reachable, false)
)

select * from int_policy__unreachable
