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
    select
        *,
        recipient as line_user_id
    from stg_message_events
    where channel = 'line' and recipient is not null
),

-- A block counts at once, a follow only up to as_of_date.
friendships as (
    select
        line_provider,
        line_user_id,
        count(*) over (partition by line_user_id) as providers,
        max(
            case
                when event_type = 'follow' and occurred_date <= {{ as_of_date() }} then occurred_at
            end
        ) as followed_at,
        max(case when event_type = 'unfollow' then occurred_at end) as unfollowed_at
    from line_events
    group by line_provider, line_user_id
),

-- Members and consents name the user without the provider.
bare_claims as (
    select
        line_user_id,
        source_customer_id,
        source,
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
        source,
        registered_at as linked_at
    from stg_customers
    where line_user_id is not null and source = '{{ var("member_source") }}'
),

-- LINE reports an account link with the nonce that the shop issued: the member's id.
claims as (
    select
        line_provider,
        line_user_id,
        reason as source_customer_id,
        occurred_at as linked_at
    from line_events
    where
        event_type = 'account_link'
        and reason is not null
        and occurred_date <= {{ as_of_date() }}
    union all
    -- An id that two providers know is of neither; one that none knows has the namer as provider.
    select
        coalesce(friendships.line_provider, bare_claims.source) as line_provider,
        bare_claims.line_user_id,
        bare_claims.source_customer_id,
        bare_claims.linked_at
    from bare_claims
    left join friendships on bare_claims.line_user_id = friendships.line_user_id
    where friendships.providers = 1 or friendships.providers is null
),

ranked_claims as (
    select
        claims.line_provider,
        claims.line_user_id,
        int_person__members.person_id,
        row_number() over (
            partition by claims.line_provider, claims.line_user_id
            order by claims.linked_at desc nulls last, claims.source_customer_id asc
        ) as claim_rank
    from claims
    inner join int_person__members
        on claims.source_customer_id = int_person__members.source_customer_id
),

int_person__line_users as (
    select
        ranked_claims.line_provider,
        ranked_claims.line_user_id,
        ranked_claims.person_id,
        coalesce(friendships.providers, 1) = 1 as is_sole_holder,
        friendships.unfollowed_at is null
        or coalesce(friendships.followed_at > friendships.unfollowed_at, false) as is_following,
        friendships.followed_at,
        friendships.unfollowed_at
    from ranked_claims
    left join friendships
        on
            ranked_claims.line_provider = friendships.line_provider
            and ranked_claims.line_user_id = friendships.line_user_id
    where ranked_claims.claim_rank = 1
)

select * from int_person__line_users
