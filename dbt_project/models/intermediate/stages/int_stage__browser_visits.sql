with fct_web_sessions as (
    select * from {{ ref('fct_web_sessions') }}
),

int_web__device_owners as (
    select * from {{ ref('int_web__device_owners') }}
),

int_stage__limits as (
    select * from {{ ref('int_stage__limits') }}
),

first_evidence as (
    select
        source,
        anonymous_id,
        {{ local_date('min(valid_to)') }} as known_on
    from int_web__device_owners
    where method = 'backfill'
    group by source, anonymous_id
),

-- A session that its person is only told of later was a stranger's until that day.
visits as (
    select
        fct_web_sessions.source,
        fct_web_sessions.anonymous_id,
        fct_web_sessions.session_date as visited_on,
        {{ add_days('fct_web_sessions.session_date', 'int_stage__limits.visitor_days') }}
            as forgotten_on,
        case
            when fct_web_sessions.attribution = 'backfill'
                then greatest(fct_web_sessions.session_date, first_evidence.known_on)
            when fct_web_sessions.person_id is not null then fct_web_sessions.session_date
        end as known_on
    from fct_web_sessions
    cross join int_stage__limits
    left join first_evidence
        on
            fct_web_sessions.source = first_evidence.source
            and fct_web_sessions.anonymous_id = first_evidence.anonymous_id
),

int_stage__browser_visits as (
    select
        source,
        anonymous_id,
        visited_on,
        max(forgotten_on) as forgotten_on,
        min(known_on) as known_on
    from visits
    group by source, anonymous_id, visited_on
)

select * from int_stage__browser_visits
