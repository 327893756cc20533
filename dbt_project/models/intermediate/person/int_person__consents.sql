with stg_consents as (
    select * from {{ ref('stg_consents') }}
),

int_person__members as (
    select * from {{ ref('int_person__members') }}
),

int_person__emails as (
    select * from {{ ref('int_person__emails') }}
),

int_person__line_users as (
    select * from {{ ref('int_person__line_users') }}
),

-- An opt-in that nobody can prove is none; an opt-out needs no proof.
counted_consents as (
    select
        *,
        action in ('grant', 'confirm') as is_opt_in
    from stg_consents
    where
        occurred_date <= {{ as_of_date() }}
        and purpose = 'marketing'
        and (
            action = 'withdraw'
            or (action in ('grant', 'confirm') and coalesce(legal_basis, 'unproven') <> 'unproven')
        )
),

person_consents as (
    select
        coalesce(
            int_person__members.person_id,
            int_person__emails.person_id,
            int_person__line_users.person_id
        ) as person_id,
        counted_consents.channel,
        counted_consents.is_opt_in,
        counted_consents.occurred_at
    from counted_consents
    left join int_person__members
        on counted_consents.source_customer_id = int_person__members.source_customer_id
    left join int_person__emails
        on
            int_person__members.person_id is null
            and counted_consents.email_key = int_person__emails.email_key
    left join int_person__line_users
        on
            int_person__members.person_id is null
            and int_person__emails.person_id is null
            and counted_consents.line_user_id = int_person__line_users.line_user_id
),

last_withdrawals as (
    select
        person_id,
        channel,
        max(occurred_at) as withdrawn_at
    from person_consents
    where not is_opt_in
    group by person_id, channel
),

-- At the same instant the withdrawal wins, so only later opt-ins stand.
int_person__consents as (
    select
        person_consents.person_id,
        person_consents.channel,
        min(
            case
                when
                    person_consents.is_opt_in
                    and (
                        last_withdrawals.withdrawn_at is null
                        or person_consents.occurred_at > last_withdrawals.withdrawn_at
                    )
                    then person_consents.occurred_at
            end
        ) as granted_at,
        max(case when person_consents.is_opt_in then person_consents.occurred_at end)
            as last_opt_in_at,
        max(last_withdrawals.withdrawn_at) as withdrawn_at
    from person_consents
    left join last_withdrawals
        on
            person_consents.person_id = last_withdrawals.person_id
            and person_consents.channel = last_withdrawals.channel
    where person_consents.person_id is not null
    group by person_consents.person_id, person_consents.channel
)

select * from int_person__consents
