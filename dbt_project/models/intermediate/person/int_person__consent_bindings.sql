with stg_consents as (
    select * from {{ ref('stg_consents') }}
),

consent_forms as (
    select * from {{ ref('consent_forms') }}
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

-- An opt-in that nobody can prove is none, and a wording that nobody knows may ask for a
-- confirmation. A withdrawal needs no proof.
judged_events as (
    select
        stg_consents.*,
        stg_consents.action in ('grant', 'confirm') as is_yes,
        coalesce(stg_consents.collected_by = 'import', false) as is_import,
        case
            when stg_consents.action = 'erase' then 'erasure'
            when stg_consents.action = 'withdraw' then 'withdrawal'
            when stg_consents.legal_basis = 'business_relation' then 'opt_in'
            when
                coalesce(stg_consents.legal_basis, 'unproven') <> 'consent'
                or coalesce(stg_consents.form_version, '') = ''
                then 'unproven'
            when
                stg_consents.action = 'grant'
                and coalesce(consent_forms.needs_confirmation, true)
                then 'pending'
            else 'opt_in'
        end as counts_as
    from stg_consents
    left join consent_forms on stg_consents.form_version = consent_forms.form_version
    where stg_consents.action in ('grant', 'confirm', 'withdraw', 'erase')
),

named_events as (
    select
        judged_events.*,
        coalesce(judged_events.email_key, int_person__members.email_key) as mailbox_key,
        int_person__members.person_id as member_person_id
    from judged_events
    left join int_person__members
        on judged_events.source_customer_id = int_person__members.source_customer_id
),

bindings as (
    select
        consent_id,
        member_person_id as person_id,
        1 as by_member
    from named_events
    where member_person_id is not null
    union all
    -- A yes speaks for one person, a no for everybody who reads the mailbox.
    select
        named_events.consent_id,
        int_person__emails.person_id,
        0 as by_member
    from named_events
    inner join int_person__emails on named_events.mailbox_key = int_person__emails.email_key
    where
        (
            named_events.is_yes
            and named_events.source_customer_id is null
            and int_person__emails.is_sole_holder
            and not (named_events.channel = 'line' and named_events.line_user_id is not null)
        )
        or (
            not named_events.is_yes
            and (named_events.channel = 'email' or named_events.member_person_id is null)
        )
    union all
    select
        named_events.consent_id,
        int_person__line_users.person_id,
        0 as by_member
    from named_events
    inner join int_person__line_users
        on named_events.line_user_id = int_person__line_users.line_user_id
    where
        not named_events.is_yes
        or (
            named_events.source_customer_id is null
            and int_person__line_users.is_sole_holder
            and (named_events.channel = 'line' or named_events.email_key is null)
        )
),

bound_persons as (
    select
        consent_id,
        person_id,
        max(by_member) = 1 as is_by_member
    from bindings
    group by consent_id, person_id
),

int_person__consent_bindings as (
    select
        named_events.*,
        bound_persons.person_id,
        bound_persons.is_by_member
    from named_events
    inner join bound_persons on named_events.consent_id = bound_persons.consent_id
)

select * from int_person__consent_bindings
