with int_persons as (
    select * from {{ ref('int_persons') }}
),

int_timeline__identity as (
    select * from {{ ref('int_timeline__identity') }}
),

int_timeline__orders as (
    select * from {{ ref('int_timeline__orders') }}
),

int_timeline__contacts as (
    select * from {{ ref('int_timeline__contacts') }}
),

fct_web_sessions as (
    select * from {{ ref('fct_web_sessions') }}
),

moneyless_events as (
    select * from int_timeline__identity
    union all
    select * from int_timeline__contacts
),

events as (
    select
        person_id,
        occurred_at,
        event_kind,
        channel,
        object_id,
        cast(null as decimal(18, 3)) as amount,
        cast(null as {{ dbt.type_string() }}) as currency,
        detail,
        false as is_anonymous
    from moneyless_events
    union all
    select
        *,
        false as is_anonymous
    from int_timeline__orders
    union all
    select
        person_id,
        started_at as occurred_at,
        'session' as event_kind,
        'web' as channel,
        session_id as object_id,
        cast(null as decimal(18, 3)) as amount,
        cast(null as {{ dbt.type_string() }}) as currency,
        attribution as detail,
        attribution = 'backfill' as is_anonymous
    from fct_web_sessions
    where person_id is not null
),

person_timeline as (
    select
        events.event_kind || '|' || events.object_id || '|' || events.person_id as timeline_id,
        events.person_id,
        events.occurred_at,
        {{ local_date('events.occurred_at') }} as event_date,
        events.event_kind,
        events.channel,
        events.object_id,
        {{ money('events.amount') }} as amount,
        events.currency,
        events.detail,
        events.is_anonymous
    from events
    -- Whom no record tells of by as_of_date has no line yet.
    inner join int_persons on events.person_id = int_persons.person_id
    where {{ local_date('events.occurred_at') }} <= {{ as_of_date() }}
)

select * from person_timeline
