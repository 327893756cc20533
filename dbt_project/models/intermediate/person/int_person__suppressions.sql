with int_person__mailbox_refusals as (
    select * from {{ ref('int_person__mailbox_refusals') }}
),

int_person__suppressions as (
    select
        person_id,
        max(refused_at) as suppressed_at
    from int_person__mailbox_refusals
    where reason_code in ('spam_complaint', 'unsubscribed', 'hard_bounce')
    group by person_id
)

select * from int_person__suppressions
