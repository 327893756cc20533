with int_person__consent_words as (
    select * from {{ ref('int_person__consent_words') }}
),

fct_message_events as (
    select * from {{ ref('fct_message_events') }}
),

words as (
    select
        person_id,
        channel,
        occurred_at,
        case when is_opt_in then 0 else 1 end as is_refusal
    from int_person__consent_words
    union all
    select
        person_id,
        channel,
        occurred_at,
        case when event_type in ('resubscribe', 'follow') then 0 else 1 end as is_refusal
    from fct_message_events
    where
        person_id is not null
        and event_type in ('unsubscribe', 'spam_report', 'unfollow', 'resubscribe', 'follow')
),

-- At one instant the refusal wins.
spoken as (
    select
        person_id,
        channel,
        occurred_at,
        max(is_refusal) as is_refusal
    from words
    group by person_id, channel, occurred_at
),

followed_words as (
    select
        *,
        coalesce(
            lag(is_refusal) over (partition by person_id, channel order by occurred_at), 0
        ) as was_refusal
    from spoken
),

int_lead__refusals as (
    select
        person_id,
        channel,
        occurred_at,
        is_refusal - was_refusal as sign
    from followed_words
    where is_refusal <> was_refusal
)

select * from int_lead__refusals
