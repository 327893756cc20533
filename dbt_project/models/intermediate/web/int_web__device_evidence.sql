with int_web__identifying_events as (
    select * from {{ ref('int_web__identifying_events') }}
),

clicking_browsers as (
    select
        source,
        anonymous_id
    from int_web__identifying_events
    where method = 'mail_click'
    group by source, anonymous_id
),

near_evidence as (
    select
        int_web__identifying_events.evidence_id,
        int_web__identifying_events.method,
        min(int_web__identifying_events.person_id) over (
            partition by
                int_web__identifying_events.source, int_web__identifying_events.anonymous_id
            order by int_web__identifying_events.occurred_at
            range between interval '{{ var("mail_click_days") }}' day preceding
            and interval '{{ var("mail_click_days") }}' day following
        ) as least_person_id,
        max(int_web__identifying_events.person_id) over (
            partition by
                int_web__identifying_events.source, int_web__identifying_events.anonymous_id
            order by int_web__identifying_events.occurred_at
            range between interval '{{ var("mail_click_days") }}' day preceding
            and interval '{{ var("mail_click_days") }}' day following
        ) as greatest_person_id
    from int_web__identifying_events
    inner join clicking_browsers
        on
            int_web__identifying_events.source = clicking_browsers.source
            and int_web__identifying_events.anonymous_id = clicking_browsers.anonymous_id
),

-- Mails are forwarded: near another person a click proves nothing.
refuted_clicks as (
    select evidence_id from near_evidence
    where method = 'mail_click' and least_person_id <> greatest_person_id
),

int_web__device_evidence as (
    select int_web__identifying_events.*
    from int_web__identifying_events
    left join refuted_clicks on int_web__identifying_events.evidence_id = refuted_clicks.evidence_id
    where refuted_clicks.evidence_id is null
)

select * from int_web__device_evidence
