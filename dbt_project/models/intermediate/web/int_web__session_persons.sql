with int_web__session_events as (
    select * from {{ ref('int_web__session_events') }}
),

int_person__members as (
    select * from {{ ref('int_person__members') }}
),

int_orders__attributed as (
    select * from {{ ref('int_orders__attributed') }}
),

member_orders as (
    select * from int_orders__attributed
    where source = '{{ var("member_source") }}'
),

known_events as (
    select
        int_web__session_events.session_id,
        int_web__session_events.source,
        int_web__session_events.anonymous_id,
        coalesce(int_person__members.person_id, member_orders.person_id) as person_id,
        row_number() over (
            partition by int_web__session_events.session_id
            order by
                case
                    when coalesce(int_person__members.person_id, member_orders.person_id) is null
                        then 1
                    else 0
                end,
                int_web__session_events.occurred_at desc,
                int_web__session_events.web_event_id desc
        ) as evidence_rank
    from int_web__session_events
    left join int_person__members
        on int_web__session_events.source_customer_id = int_person__members.source_customer_id
    left join member_orders
        on int_web__session_events.source_order_id = member_orders.source_order_id
),

-- A browser that only ever showed one person is that person's, also before the first login.
browser_owners as (
    select
        source,
        anonymous_id,
        min(person_id) as person_id
    from known_events
    group by source, anonymous_id
    having count(distinct person_id) = 1
),

int_web__session_persons as (
    select
        known_events.session_id,
        coalesce(known_events.person_id, browser_owners.person_id) as person_id
    from known_events
    left join browser_owners
        on
            known_events.source = browser_owners.source
            and known_events.anonymous_id = browser_owners.anonymous_id
    where known_events.evidence_rank = 1
)

select * from int_web__session_persons
