with int_web__device_evidence as (
    select * from {{ ref('int_web__device_evidence') }}
),

int_web__kiosks as (
    select * from {{ ref('int_web__kiosks') }}
),

following_evidence as (
    select
        int_web__device_evidence.*,
        int_web__kiosks.anonymous_id is not null as is_kiosk,
        lag(int_web__device_evidence.person_id) over (
            partition by int_web__device_evidence.source, int_web__device_evidence.anonymous_id
            order by int_web__device_evidence.occurred_at, int_web__device_evidence.evidence_id
        ) as previous_person_id,
        lag(int_web__device_evidence.occurred_at) over (
            partition by int_web__device_evidence.source, int_web__device_evidence.anonymous_id
            order by int_web__device_evidence.occurred_at, int_web__device_evidence.evidence_id
        ) as previous_at
    from int_web__device_evidence
    left join int_web__kiosks
        on
            int_web__device_evidence.source = int_web__kiosks.source
            and int_web__device_evidence.anonymous_id = int_web__kiosks.anonymous_id
),

marked_evidence as (
    select
        *,
        case
            when previous_person_id is null or person_id <> previous_person_id then 1
            when
                is_kiosk
                and {{ seconds_between('previous_at', 'occurred_at') }}
                > {{ var('session_timeout_minutes') }} * 60
                then 1
            else 0
        end as is_start
    from following_evidence
),

numbered_evidence as (
    select
        *,
        sum(is_start) over (
            partition by source, anonymous_id order by occurred_at, evidence_id
            rows between unbounded preceding and current row
        ) as turn_no
    from marked_evidence
),

turns as (
    select
        source,
        anonymous_id,
        turn_no,
        is_kiosk,
        min(person_id) as person_id,
        max(case when is_start = 1 then method end) as method,
        min(occurred_at) as began_at,
        {{ dbt.dateadd('minute', var('session_timeout_minutes'), 'max(occurred_at)') }} as lasts_until
    from numbered_evidence
    group by source, anonymous_id, turn_no, is_kiosk
),

following_turns as (
    select
        *,
        lead(began_at) over (partition by source, anonymous_id order by turn_no) as next_at,
        count(*) over (partition by source, anonymous_id) > 1 as is_shared
    from turns
),

intervals as (
    select
        source,
        anonymous_id,
        person_id,
        'backfill' as method,
        {{ dbt.dateadd('day', -var('device_backfill_days'), 'began_at') }} as valid_from,
        began_at as valid_to
    from following_turns
    where turn_no = 1 and not is_kiosk
    union all
    select
        source,
        anonymous_id,
        person_id,
        method,
        began_at as valid_from,
        case
            when not (is_shared or is_kiosk) then null
            when next_at is null or lasts_until < next_at then lasts_until
            else next_at
        end as valid_to
    from following_turns
),

-- Two persons at one instant leave the first of them no time.
int_web__device_owners as (
    select * from intervals
    where valid_to is null or valid_from < valid_to
)

select * from int_web__device_owners
