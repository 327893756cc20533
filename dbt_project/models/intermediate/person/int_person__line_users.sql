with stg_message_events as (
    select * from {{ ref('stg_message_events') }}
),

stg_customers as (
    select * from {{ ref('stg_customers') }}
),

stg_consents as (
    select * from {{ ref('stg_consents') }}
),

int_person__members as (
    select * from {{ ref('int_person__members') }}
),

line_events as (
    select * from stg_message_events
    where channel = 'line'
),

-- LINE reports an account link with the nonce that the shop issued: the member's id.
claims as (
    select
        recipient as line_user_id,
        reason as source_customer_id,
        occurred_at as linked_at
    from line_events
    where
        event_type = 'account_link'
        and reason is not null
        and occurred_date <= {{ as_of_date() }}
    union all
    select
        line_user_id,
        source_customer_id,
        occurred_at as linked_at
    from stg_consents
    where
        line_user_id is not null
        and source_customer_id is not null
        and occurred_date <= {{ as_of_date() }}
    union all
    select
        line_user_id,
        source_customer_id,
        registered_at as linked_at
    from stg_customers
    where line_user_id is not null and source = '{{ var("member_source") }}'
),

ranked_claims as (
    select
        claims.line_user_id,
        int_person__members.person_id,
        row_number() over (
            partition by claims.line_user_id
            order by claims.linked_at desc nulls last, claims.source_customer_id asc
        ) as claim_rank
    from claims
    inner join int_person__members
        on claims.source_customer_id = int_person__members.source_customer_id
),

-- A block counts at once, a follow only up to as_of_date.
ranked_follows as (
    select
        recipient as line_user_id,
        event_type,
        row_number() over (
            partition by recipient
            order by occurred_at desc, event_type desc
        ) as follow_rank
    from line_events
    where
        event_type = 'unfollow'
        or (event_type = 'follow' and occurred_date <= {{ as_of_date() }})
),

int_person__line_users as (
    select
        ranked_claims.line_user_id,
        ranked_claims.person_id,
        coalesce(ranked_follows.event_type, 'follow') = 'follow' as is_following
    from ranked_claims
    left join ranked_follows
        on
            ranked_claims.line_user_id = ranked_follows.line_user_id
            and ranked_follows.follow_rank = 1
    where ranked_claims.claim_rank = 1
)

select * from int_person__line_users
