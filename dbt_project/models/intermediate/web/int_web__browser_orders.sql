with stg_orders as (
    select * from {{ ref('stg_orders') }}
),

int_orders__attributed as (
    select * from {{ ref('int_orders__attributed') }}
),

int_web__session_events as (
    select * from {{ ref('int_web__session_events') }}
),

known_orders as (
    select
        stg_orders.order_id,
        stg_orders.anonymous_id,
        stg_orders.ordered_at,
        int_orders__attributed.person_id
    from stg_orders
    inner join int_orders__attributed on stg_orders.order_id = int_orders__attributed.order_id
    where stg_orders.anonymous_id is not null and int_orders__attributed.person_id is not null
),

ordering_browsers as (
    select anonymous_id
    from known_orders
    group by anonymous_id
),

browser_events as (
    select
        int_web__session_events.source,
        int_web__session_events.anonymous_id,
        int_web__session_events.session_id,
        int_web__session_events.occurred_at
    from int_web__session_events
    inner join ordering_browsers
        on int_web__session_events.anonymous_id = ordering_browsers.anonymous_id
),

browsers as (
    select
        source,
        anonymous_id
    from browser_events
    group by source, anonymous_id
),

moments as (
    select
        source,
        anonymous_id,
        session_id,
        cast(null as {{ dbt.type_string() }}) as order_id,
        cast(null as {{ dbt.type_string() }}) as person_id,
        occurred_at
    from browser_events
    union all
    select
        browsers.source,
        browsers.anonymous_id,
        cast(null as {{ dbt.type_string() }}) as session_id,
        known_orders.order_id,
        known_orders.person_id,
        known_orders.ordered_at as occurred_at
    from known_orders
    inner join browsers on known_orders.anonymous_id = browsers.anonymous_id
),

-- An order follows the events of its own instant.
placed_moments as (
    select
        *,
        count(session_id) over (
            partition by source, anonymous_id
            order by occurred_at, case when order_id is null then 0 else 1 end, order_id, session_id
            rows between unbounded preceding and current row
        ) as event_no
    from moments
),

int_web__browser_orders as (
    select
        orders.order_id,
        orders.source,
        orders.anonymous_id,
        orders.person_id,
        case
            when
                {{ seconds_between('events.occurred_at', 'orders.occurred_at') }}
                <= {{ var('session_timeout_minutes') }} * 60
                then events.session_id
        end as session_id,
        orders.occurred_at
    from placed_moments as orders
    left join placed_moments as events
        on
            orders.source = events.source
            and orders.anonymous_id = events.anonymous_id
            and orders.event_no = events.event_no
            and events.session_id is not null
    where orders.order_id is not null
)

select * from int_web__browser_orders
