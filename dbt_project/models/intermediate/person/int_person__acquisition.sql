with int_persons as (
    select * from {{ ref('int_persons') }}
),

int_identity__records as (
    select * from {{ ref('int_identity__records') }}
),

stg_person_map as (
    select * from {{ ref('stg_person_map') }}
),

fct_web_sessions as (
    select * from {{ ref('fct_web_sessions') }}
),

int_web__session_channels as (
    select * from {{ ref('int_web__session_channels') }}
),

fct_orders as (
    select * from {{ ref('fct_orders') }}
),

ranked_records as (
    select
        stg_person_map.person_id,
        int_identity__records.source,
        {{ local_date('int_identity__records.first_seen_at') }} as seen_on,
        row_number() over (
            partition by stg_person_map.person_id
            order by
                int_identity__records.first_seen_at asc nulls last,
                int_identity__records.record_kind asc,
                int_identity__records.record_key asc
        ) as record_rank
    from int_identity__records
    inner join stg_person_map on int_identity__records.record_key = stg_person_map.record_key
),

ranked_sessions as (
    select
        fct_web_sessions.person_id,
        fct_web_sessions.session_date as seen_on,
        fct_web_sessions.utm_campaign,
        int_web__session_channels.acquisition_channel,
        row_number() over (
            partition by fct_web_sessions.person_id
            order by fct_web_sessions.started_at, fct_web_sessions.session_id
        ) as session_rank
    from fct_web_sessions
    inner join int_web__session_channels
        on fct_web_sessions.session_id = int_web__session_channels.session_id
    where fct_web_sessions.person_id is not null
),

ranked_orders as (
    select
        person_id,
        ordered_date as seen_on,
        campaign_code,
        row_number() over (partition by person_id order by ordered_at, order_id) as order_rank
    from fct_orders
    where person_id is not null
),

first_touches as (
    select
        int_persons.person_id,
        ranked_records.source,
        ranked_records.seen_on as recorded_on,
        ranked_sessions.seen_on as visited_on,
        ranked_sessions.acquisition_channel,
        ranked_sessions.utm_campaign,
        ranked_orders.seen_on as ordered_on,
        ranked_orders.campaign_code,
        -- A visit and what it led to fall on one day.
        coalesce(ranked_sessions.seen_on <= coalesce(
            least(ranked_records.seen_on, ranked_orders.seen_on), ranked_sessions.seen_on
        ), false) as is_by_visit
    from int_persons
    left join ranked_records
        on int_persons.person_id = ranked_records.person_id and ranked_records.record_rank = 1
    left join ranked_sessions
        on int_persons.person_id = ranked_sessions.person_id and ranked_sessions.session_rank = 1
    left join ranked_orders
        on int_persons.person_id = ranked_orders.person_id and ranked_orders.order_rank = 1
),

int_person__acquisition as (
    select
        person_id,
        case when is_by_visit then acquisition_channel else source end as acquisition_channel,
        case
            when is_by_visit then utm_campaign
            when ordered_on <= coalesce(recorded_on, ordered_on) then campaign_code
        end as acquisition_campaign,
        least(visited_on, recorded_on, ordered_on) as acquired_on
    from first_touches
)

select * from int_person__acquisition
