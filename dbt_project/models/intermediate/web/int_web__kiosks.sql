with int_web__device_evidence as (
    select * from {{ ref('int_web__device_evidence') }}
),

crowded_browsers as (
    select
        source,
        anonymous_id
    from int_web__device_evidence
    group by source, anonymous_id
    having count(distinct person_id) >= {{ var('kiosk_persons') }}
),

following_evidence as (
    select
        int_web__device_evidence.*,
        lag(int_web__device_evidence.occurred_at) over (
            partition by
                int_web__device_evidence.source,
                int_web__device_evidence.anonymous_id,
                int_web__device_evidence.person_id
            order by int_web__device_evidence.occurred_at, int_web__device_evidence.evidence_id
        ) as previous_at
    from int_web__device_evidence
    inner join crowded_browsers
        on
            int_web__device_evidence.source = crowded_browsers.source
            and int_web__device_evidence.anonymous_id = crowded_browsers.anonymous_id
),

-- A person counts on each day that looks back on evidence of theirs: stays that overlap are one.
numbered_evidence as (
    select
        *,
        sum(
            case
                when previous_at is null then 1
                when
                    {{ seconds_between('previous_at', 'occurred_at') }}
                    > {{ var('kiosk_days') }} * 86400
                    then 1
                else 0
            end
        ) over (
            partition by source, anonymous_id, person_id order by occurred_at, evidence_id
            rows between unbounded preceding and current row
        ) as stay_no
    from following_evidence
),

stays as (
    select
        source,
        anonymous_id,
        min(occurred_at) as began_at,
        {{ dbt.dateadd('day', var('kiosk_days'), 'max(occurred_at)') }} as counts_until
    from numbered_evidence
    group by source, anonymous_id, person_id, stay_no
),

changes as (
    select
        source,
        anonymous_id,
        began_at as changed_at,
        1 as change
    from stays
    union all
    select
        source,
        anonymous_id,
        counts_until as changed_at,
        -1 as change
    from stays
),

-- Who comes at the instant at which another would be forgotten still meets them.
counts as (
    select
        source,
        anonymous_id,
        sum(change) over (
            partition by source, anonymous_id order by changed_at asc, change desc
            rows between unbounded preceding and current row
        ) as persons
    from changes
),

int_web__kiosks as (
    select
        source,
        anonymous_id,
        cast(max(persons) as bigint) as persons
    from counts
    group by source, anonymous_id
    having max(persons) >= {{ var('kiosk_persons') }}
)

select * from int_web__kiosks
