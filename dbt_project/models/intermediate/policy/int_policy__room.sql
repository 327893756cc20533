with int_policy__received as (
    select * from {{ ref('int_policy__received') }}
),

int_policy__candidates as (
    select * from {{ ref('int_policy__candidates') }}
),

frequency_limits as (
    select * from {{ ref('frequency_limits') }}
),

candidates as (
    select person_id
    from int_policy__candidates
    where kind = 'message'
    group by person_id
),

-- Messages go out the day after as_of_date: a window of n days is that day and the n - 1 before.
-- What others sent on the day before these may be nearer than n times 24 hours; the delivery, which
-- counts ours to the second, does not know of it.
counted as (
    select
        candidates.person_id,
        frequency_limits.medium,
        frequency_limits.window_days,
        frequency_limits.max_messages,
        count(int_policy__received.message_key) as got
    from candidates
    cross join frequency_limits
    left join int_policy__received
        on
            candidates.person_id = int_policy__received.person_id
            and frequency_limits.medium in ('all', int_policy__received.channel)
            and {{ age_days('int_policy__received.sent_date') }}
            < frequency_limits.window_days
            - case when int_policy__received.is_in_ledger then 1 else 0 end
    group by
        candidates.person_id, frequency_limits.medium, frequency_limits.window_days,
        frequency_limits.max_messages
),

int_policy__room as (
    select
        person_id,
        medium,
        greatest(min(max_messages - got), 0) as room
    from counted
    group by person_id, medium
)

select * from int_policy__room
