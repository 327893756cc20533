with int_person__contacts as (
    select * from {{ ref('int_person__contacts') }}
),

int_person__consents as (
    select * from {{ ref('int_person__consents') }}
),

int_person__line_users as (
    select * from {{ ref('int_person__line_users') }}
),

int_person__suppressions as (
    select * from {{ ref('int_person__suppressions') }}
),

int_person__standing as (
    select * from {{ ref('int_person__standing') }}
),

opt_ins as (
    select
        person_id,
        min(case when channel = 'email' then granted_at end) as email_granted_at,
        min(case when channel = 'line' then granted_at end) as line_granted_at
    from int_person__consents
    group by person_id
),

-- Of several LINE accounts of a person the first that still follows is used.
line_accounts as (
    select
        person_id,
        coalesce(
            min(case when is_following then line_user_id end), min(line_user_id)
        ) as line_user_id,
        max(case when is_following then 1 else 0 end) = 1 as is_following
    from int_person__line_users
    group by person_id
),

described as (
    select
        int_person__contacts.*,
        line_accounts.line_user_id,
        coalesce(line_accounts.is_following, false) as is_following,
        opt_ins.email_granted_at,
        opt_ins.line_granted_at,
        int_person__suppressions.person_id is not null as is_email_suppressed,
        coalesce(int_person__standing.has_left, false) as has_left,
        coalesce(int_person__standing.is_own_customer, false) as is_own_customer,
        extract(year from {{ as_of_date() }}) - extract(year from int_person__contacts.birth_date)
        - case
            when
                extract(month from {{ as_of_date() }}) * 100 + extract(day from {{ as_of_date() }})
                < extract(month from int_person__contacts.birth_date) * 100
                + extract(day from int_person__contacts.birth_date)
                then 1
            else 0
        end as age
    from int_person__contacts
    left join line_accounts on int_person__contacts.person_id = line_accounts.person_id
    left join opt_ins on int_person__contacts.person_id = opt_ins.person_id
    left join int_person__suppressions
        on int_person__contacts.person_id = int_person__suppressions.person_id
    left join int_person__standing
        on int_person__contacts.person_id = int_person__standing.person_id
),

int_person__reach as (
    select
        person_id,
        email_status,
        line_user_id,
        is_following as has_line,
        coalesce(email_status, 'invalid') in ('valid', 'legacy_jp') as has_email,
        phone is not null as has_phone,
        postal_code is not null and address_line1 is not null as has_postal_address,
        email_granted_at is not null as email_consent,
        line_granted_at is not null as line_consent,
        is_email_suppressed,
        has_left,
        is_own_customer,
        prefecture,
        gender,
        least(
            coalesce(email_granted_at, line_granted_at), coalesce(line_granted_at, email_granted_at)
        ) as consented_at,
        cast(extract(month from birth_date) as bigint) as birth_month,
        case
            when age < 0 or age >= 110 then null
            when age < 20 then 'under 20'
            when age >= 70 then '70 and over'
            else cast(cast(floor(age / 10) * 10 as bigint) as {{ dbt.type_string() }}) || 's'
        end as age_band
    from described
)

select * from int_person__reach
