with syncs as (
    select * from {{ ref('syncs') }}
),

media as (
    select * from {{ ref('media') }}
),

customer_360 as (
    select * from {{ ref('customer_360') }}
),

int_person__reach as (
    select * from {{ ref('int_person__reach') }}
),

int_person__consents as (
    select * from {{ ref('int_person__consents') }}
),

seg_first_purchase as (
    select * from {{ ref('seg_first_purchase') }}
),

seg_second_purchase as (
    select * from {{ ref('seg_second_purchase') }}
),

seg_winback as (
    select * from {{ ref('seg_winback') }}
),

members as (
    select
        'seg_first_purchase' as segment,
        person_id
    from seg_first_purchase
    union all
    select
        'seg_second_purchase' as segment,
        person_id
    from seg_second_purchase
    union all
    select
        'seg_winback' as segment,
        person_id
    from seg_winback
),

candidates as (
    select
        members.person_id,
        syncs.sync,
        syncs.segment,
        syncs.channel,
        syncs.channel = 'email' and customer_360.is_email_suppressed as is_suppressed,
        -- Silence is a yes only where the rule of the channel says so and the shop knows the person.
        not int_person__reach.has_left
        and (
            int_person__consents.granted_at is not null
            or (
                media.consent_rule = 'opt_out'
                and int_person__reach.is_own_customer
                and int_person__consents.withdrawn_at is null
            )
        ) as has_consent,
        syncs.channel = 'email'
        and coalesce(int_person__reach.email_status = 'relay', false) as is_relay,
        case syncs.channel
            when 'email' then customer_360.has_email
            when 'line' then customer_360.has_line
            when 'print' then customer_360.has_postal_address
            else customer_360.has_phone
        end as is_reachable,
        customer_360.has_open_delivery,
        customer_360.has_open_inquiry
    from syncs
    inner join members on syncs.segment = members.segment
    inner join media on syncs.channel = media.channel
    inner join customer_360 on members.person_id = customer_360.person_id
    inner join int_person__reach on members.person_id = int_person__reach.person_id
    left join int_person__consents
        on
            members.person_id = int_person__consents.person_id
            and syncs.channel = int_person__consents.channel
),

judged as (
    select
        *,
        case
            when is_suppressed then 'suppressed'
            when not has_consent then 'no_consent'
            when is_relay then 'relay_address'
            when not is_reachable then 'unreachable'
            when has_open_delivery then 'open_delivery'
            when has_open_inquiry then 'open_inquiry'
        end as reason_code
    from candidates
),

send_eligibility as (
    select
        person_id,
        sync,
        segment,
        channel,
        reason_code is null as allowed,
        reason_code
    from judged
)

select * from send_eligibility
