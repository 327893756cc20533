with int_web__session_events as (
    select * from {{ ref('int_web__session_events') }}
),

int_web__device_evidence as (
    select * from {{ ref('int_web__device_evidence') }}
),

int_web__device_owners as (
    select * from {{ ref('int_web__device_owners') }}
),

-- A session has the id of its first event.
session_starts as (
    select
        session_id,
        source,
        anonymous_id,
        occurred_at as started_at
    from int_web__session_events
    where web_event_id = session_id
),

own_evidence as (
    select
        session_id,
        person_id,
        method,
        row_number() over (
            partition by session_id order by occurred_at desc, evidence_id desc
        ) as evidence_rank
    from int_web__device_evidence
    where session_id is not null
),

moments as (
    select
        source,
        anonymous_id,
        cast(null as {{ dbt.type_string() }}) as session_id,
        person_id,
        method,
        valid_from as moment,
        valid_to
    from int_web__device_owners
    union all
    select
        source,
        anonymous_id,
        session_id,
        cast(null as {{ dbt.type_string() }}) as person_id,
        cast(null as {{ dbt.type_string() }}) as method,
        started_at as moment,
        cast(null as timestamp) as valid_to
    from session_starts
),

-- The last interval that began before a session or with it.
numbered_moments as (
    select
        *,
        count(person_id) over (
            partition by source, anonymous_id
            order by moment, case when session_id is null then 0 else 1 end, session_id
            rows between unbounded preceding and current row
        ) as interval_no
    from moments
),

session_owners as (
    select
        sessions.session_id,
        owners.person_id,
        case when owners.method = 'backfill' then 'backfill' else 'owner' end as attribution
    from numbered_moments as sessions
    inner join numbered_moments as owners
        on
            sessions.source = owners.source
            and sessions.anonymous_id = owners.anonymous_id
            and sessions.interval_no = owners.interval_no
    where
        sessions.session_id is not null
        and owners.session_id is null
        and (owners.valid_to is null or sessions.moment < owners.valid_to)
),

int_web__session_persons as (
    select
        session_starts.session_id,
        coalesce(own_evidence.person_id, session_owners.person_id) as person_id,
        coalesce(own_evidence.method, session_owners.attribution) as attribution
    from session_starts
    left join own_evidence
        on
            session_starts.session_id = own_evidence.session_id
            and own_evidence.evidence_rank = 1
    left join session_owners on session_starts.session_id = session_owners.session_id
)

select * from int_web__session_persons
