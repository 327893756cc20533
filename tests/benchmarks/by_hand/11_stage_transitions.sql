-- The changes of stage: the days on which one may fall, and where the subject stands on each.
create temp table signs as
select
    person_id, day,
    bool_or(kind = 'registration') as registered, bool_or(kind = 'first_record') as recorded,
    bool_or(kind = 'opt_in') as opted_in, bool_or(kind = 'message') as reacted,
    bool_or(kind = 'cart') as filled_cart,
from (
    select person_id, tokyo_day(registered_at) as day, 'registration' as kind from persons
    union all
    select person_id, tokyo_day(first_seen_at), 'first_record' from persons
    union all
    select person_id, tokyo_day(occurred_at), 'opt_in' from words where is_opt_in
    union all
    select person_id, event_date, 'message' from marts.fct_message_events where is_human_engagement
    union all
    select person_id, session_date, if(cart_adds + checkouts > 0, 'cart', 'session')
    from marts.fct_web_sessions
)
where person_id is not null and day <= getvariable('as_of')
group by person_id, day;

-- The third of three views within a week, and the day the first of them is a week old.
create temp table bursts as
select person_id, day, max(third_last + 7) as until,
from (
    select
        person_id, occurred_date as day,
        lag(occurred_date, 2) over (
            partition by person_id, source_product_id order by occurred_date, event_id
        ) as third_last,
    from session_events inner join marts.fct_web_sessions using (session_id)
    where event_type = 'product_view' and source_product_id is not null and person_id is not null
)
where third_last + 7 > day
group by person_id, day;

create temp table stage_changes as
with lives as (
    select
        person_id, first_purchase_date as bought_on,
        coalesce(tokyo_day(least(first_seen_at, registered_at)), first_day, '1900-01-01') as born,
    from persons
    left join buyers using (person_id)
    left join (select person_id, min(day) as first_day from signs group by person_id)
        using (person_id)
),

candidates as (
    select distinct person_id, day,
    from (
        select person_id, born as day from lives
        union all
        select person_id, unnest([day, day + 180, if(filled_cart, day + 14, day)]) from signs
        union all
        select person_id, unnest([day, until]) from bursts
    )
    inner join lives using (person_id)
    where day >= born and day <= getvariable('as_of') and day < coalesce(bought_on, 'infinity')
),

leads as (
    select
        candidates.person_id, candidates.day,
        case
            when candidates.day < hot.day + 14 or candidates.day < burst.until then 'hot_lead'
            when candidates.day < sign.day + 180 then 'lead'
            else 'dormant_lead'
        end as stage,
        null as purchase_no,
    from candidates
    asof left join signs as sign
        on candidates.person_id = sign.person_id and candidates.day >= sign.day
    asof left join (from signs where filled_cart) as hot
        on candidates.person_id = hot.person_id and candidates.day >= hot.day
    asof left join (
        select person_id, day, max(until) over (partition by person_id order by day) as until,
        from bursts
    ) as burst on candidates.person_id = burst.person_id and candidates.day >= burst.day
),

numbered as (
    select
        *, lead(purchase_date) over (partition by person_id order by purchase_no) as next_date,
    from purchases semi join persons using (person_id)
),

standings as (
    from leads
    union all
    select
        person_id, purchase_date, if(purchase_no = 1, 'customer', 'repeater'), purchase_no,
    from numbered
    union all
    select person_id, purchase_date + 240, 'dormant_customer', null from numbered
    where purchase_date + 240 < coalesce(next_date, getvariable('as_of') + 1)
)

select *, lag(stage) over (partition by person_id order by day) as from_stage,
from standings
qualify from_stage is null or from_stage <> stage;

create temp table browser_changes as
with told as (
    select source, anonymous_id, tokyo_day(min(valid_to)) as told_on from owners
    where attribution = 'backfill' group by source, anonymous_id
),

visits as (
    select
        source, anonymous_id, session_date as day,
        case
            when attribution = 'backfill' then greatest(session_date, told_on)
            when person_id is not null then session_date
        end as known_on,
    from marts.fct_web_sessions left join told using (source, anonymous_id)
),

candidates as (
    select distinct source, anonymous_id, unnest([day, day + 90, known_on]) as on_day,
    from visits
),

standings as (
    select
        candidates.source, candidates.anonymous_id, on_day as day,
        case
            when bool_or(known_on <= on_day) then 'known'
            when count(visits.day) > 0 then 'visitor'
            else 'gone'
        end as stage,
    from candidates
    left join visits
        on
            candidates.source = visits.source and candidates.anonymous_id = visits.anonymous_id
            and on_day between visits.day and visits.day + 89
    where on_day <= getvariable('as_of')
    group by all
)

select *, lag(stage) over (partition by source, anonymous_id order by day) as from_stage,
from standings
qualify from_stage is null or from_stage <> stage;

create table marts.fct_stage_transitions as
with first_orders as (
    select person_id, purchase_no, 'order ' || arg_min(order_id, (ordered_at, order_id)) as said,
    from marts.fct_orders where is_purchase group by person_id, purchase_no
),

told as (
    select
        person_id as subject_id, 'person' as subject_kind, stage_changes.*,
        case
            when purchase_no is not null
                then ['first_purchase', 'second_purchase', 'later_purchase'][least(purchase_no, 3)]
            when stage = 'dormant_customer' then 'no_purchase'
            when stage = 'dormant_lead' then 'no_sign'
            when stage = 'hot_lead' then if(filled_cart, 'cart', 'product_views')
            when from_stage = 'hot_lead' then 'cooled_down'
            when registered then 'registration'
            when recorded then 'first_record'
            when opted_in then 'opt_in'
            when reacted then 'message'
            else 'session'
        end as trigger_event,
        case trigger_event
            when 'no_purchase' then '240 days without a purchase'
            when 'no_sign' then '180 days without a sign'
            else coalesce(said, day::varchar)
        end as trigger_detail,
    from stage_changes
    left join signs using (person_id, day)
    left join first_orders using (person_id, purchase_no)
    union all by name
    select
        source || ':' || anonymous_id as subject_id, 'browser' as subject_kind, day, stage,
        from_stage,
        case
            when stage = 'known' then 'identified'
            when stage = 'gone' then 'no_visit'
            when from_stage = 'known' then 'no_identified_visit'
            else 'visit'
        end as trigger_event,
        if(
            trigger_event[:2] = 'no', '90 days without a visit that tells', day::varchar
        ) as trigger_detail,
    from browser_changes
)

select
    subject_id, subject_kind, row_number() over life as change_no, from_stage, stage as to_stage,
    nullif(day, '1900-01-01') as changed_on,
    day - nullif(lag(day) over life, '1900-01-01') as days_in_stage, trigger_event,
    if(day > '1900-01-01', trigger_detail, null) as trigger_detail,
    case
        when from_stage is null then 'up'
        when from_stage in ('dormant_lead', 'dormant_customer', 'gone') then 'return'
        when stage in ('dormant_lead', 'dormant_customer', 'gone') then 'down'
        when stage = 'lead' or from_stage = 'known' then 'down'
        else 'up'
    end as direction,
    lead(day) over life is null as is_current, getvariable('as_of') as as_of_date,
from told
window life as (partition by subject_kind, subject_id order by day);
