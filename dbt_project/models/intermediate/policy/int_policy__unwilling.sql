with int_policy__candidates as (
    select * from {{ ref('int_policy__candidates') }}
),

int_person__consent_states as (
    select * from {{ ref('int_person__consent_states') }}
),

int_person__reach as (
    select * from {{ ref('int_person__reach') }}
),

media_rules as (
    select * from {{ ref('media_rules') }}
),

judged as (
    select
        int_policy__candidates.person_id,
        int_policy__candidates.sync,
        int_policy__candidates.purpose,
        int_person__consent_states.granted_at is not null as is_granted,
        -- Silence is a yes only where the rule of the channel says so and the shop knows the
        -- person; to ads it never is.
        media_rules.consent_rule = 'opt_out'
        and int_policy__candidates.purpose = 'marketing'
        and coalesce(int_person__reach.is_own_customer, false)
        and int_person__consent_states.withdrawn_at is null as is_silent_yes,
        coalesce(int_person__reach.has_left, true) as has_left
    from int_policy__candidates
    inner join media_rules on int_policy__candidates.channel = media_rules.channel
    left join int_person__reach on int_policy__candidates.person_id = int_person__reach.person_id
    left join int_person__consent_states
        on
            int_policy__candidates.person_id = int_person__consent_states.person_id
            and int_policy__candidates.channel = int_person__consent_states.channel
            and int_policy__candidates.purpose = int_person__consent_states.purpose
),

int_policy__unwilling as (
    select
        person_id,
        sync,
        case when purpose = 'ads_third_party' then 'no_ads_consent' else 'no_consent' end
            as reason_code
    from judged
    where has_left or not (is_granted or is_silent_yes)
)

select * from int_policy__unwilling
