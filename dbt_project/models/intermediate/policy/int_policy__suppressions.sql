with int_person__mailbox_refusals as (
    select * from {{ ref('int_person__mailbox_refusals') }}
),

int_person__soft_bounces as (
    select * from {{ ref('int_person__soft_bounces') }}
),

int_person__sms_refusals as (
    select * from {{ ref('int_person__sms_refusals') }}
),

int_person__line_users as (
    select * from {{ ref('int_person__line_users') }}
),

int_person__consent_bindings as (
    select * from {{ ref('int_person__consent_bindings') }}
),

media_rules as (
    select * from {{ ref('media_rules') }}
),

erased_persons as (
    select person_id
    from int_person__consent_bindings
    where counts_as = 'erasure'
    group by person_id
),

-- Who has several LINE accounts is reached as long as one of them follows.
line_blocks as (
    select person_id
    from int_person__line_users
    group by person_id
    having max(case when is_following then 1 else 0 end) = 0
),

int_policy__suppressions as (
    select
        erased_persons.person_id,
        media_rules.channel,
        'erased' as reason_code,
        cast(null as {{ dbt.type_string() }}) as topic
    from erased_persons
    cross join media_rules
    union all
    select
        person_id,
        'email' as channel,
        reason_code,
        topic
    from int_person__mailbox_refusals
    union all
    select
        person_id,
        'email' as channel,
        'soft_bounces' as reason_code,
        null as topic
    from int_person__soft_bounces
    union all
    select
        person_id,
        'sms' as channel,
        reason_code,
        null as topic
    from int_person__sms_refusals
    union all
    select
        person_id,
        'line' as channel,
        'channel_block' as reason_code,
        null as topic
    from line_blocks
)

select * from int_policy__suppressions
