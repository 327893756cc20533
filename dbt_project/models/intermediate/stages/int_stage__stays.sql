with fct_stage_transitions as (
    select * from {{ ref('fct_stage_transitions') }}
),

fct_web_sessions as (
    select * from {{ ref('fct_web_sessions') }}
),

int_web__session_channels as (
    select * from {{ ref('int_web__session_channels') }}
),

int_person__acquisition as (
    select * from {{ ref('int_person__acquisition') }}
),

ranked_sessions as (
    select
        fct_web_sessions.source || ':' || fct_web_sessions.anonymous_id as browser_id,
        int_web__session_channels.acquisition_channel,
        row_number() over (
            partition by fct_web_sessions.source, fct_web_sessions.anonymous_id
            order by fct_web_sessions.started_at, fct_web_sessions.session_id
        ) as session_rank
    from fct_web_sessions
    inner join int_web__session_channels
        on fct_web_sessions.session_id = int_web__session_channels.session_id
),

subject_channels as (
    select
        'browser' as subject_kind,
        browser_id as subject_id,
        acquisition_channel
    from ranked_sessions
    where session_rank = 1
    union all
    select
        'person' as subject_kind,
        person_id as subject_id,
        acquisition_channel
    from int_person__acquisition
),

stays as (
    select
        subject_kind,
        subject_id,
        to_stage as stage,
        changed_on as begins_on,
        lead(changed_on) over (partition by subject_kind, subject_id order by change_no) as ends_on,
        lead(to_stage) over (partition by subject_kind, subject_id order by change_no)
            as next_stage,
        lead(days_in_stage) over (partition by subject_kind, subject_id order by change_no)
            as days_in_stage
    from fct_stage_transitions
),

int_stage__stays as (
    select
        stays.*,
        subject_channels.acquisition_channel
    from stays
    inner join subject_channels
        on
            stays.subject_kind = subject_channels.subject_kind
            and stays.subject_id = subject_channels.subject_id
    where stays.begins_on is not null
)

select * from int_stage__stays
