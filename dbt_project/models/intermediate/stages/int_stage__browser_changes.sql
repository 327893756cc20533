with int_stage__browser_visits as (
    select * from {{ ref('int_stage__browser_visits') }}
),

turns as (
    select
        source,
        anonymous_id,
        visited_on as turned_on,
        1 as visits,
        0 as known
    from int_stage__browser_visits
    union all
    select
        source,
        anonymous_id,
        forgotten_on as turned_on,
        -1 as visits,
        0 as known
    from int_stage__browser_visits
    union all
    select
        source,
        anonymous_id,
        known_on as turned_on,
        0 as visits,
        1 as known
    from int_stage__browser_visits
    where known_on < forgotten_on
    union all
    select
        source,
        anonymous_id,
        forgotten_on as turned_on,
        0 as visits,
        -1 as known
    from int_stage__browser_visits
    where known_on < forgotten_on
),

turning_days as (
    select
        source,
        anonymous_id,
        turned_on,
        sum(visits) as visits,
        sum(known) as known
    from turns
    where turned_on <= {{ as_of_date() }}
    group by source, anonymous_id, turned_on
),

standing_days as (
    select
        source,
        anonymous_id,
        turned_on,
        sum(visits) over (
            partition by source, anonymous_id order by turned_on
            rows between unbounded preceding and current row
        ) as visits,
        sum(known) over (
            partition by source, anonymous_id order by turned_on
            rows between unbounded preceding and current row
        ) as known
    from turning_days
),

followed_standings as (
    select
        source,
        anonymous_id,
        turned_on as changed_on,
        case when known > 0 then 'known' when visits > 0 then 'visitor' else 'gone' end
            as to_stage,
        lag(case when known > 0 then 'known' when visits > 0 then 'visitor' else 'gone' end)
            over (partition by source, anonymous_id order by turned_on) as from_stage
    from standing_days
),

int_stage__browser_changes as (
    select
        source,
        anonymous_id,
        changed_on,
        from_stage,
        to_stage
    from followed_standings
    where from_stage is null or from_stage <> to_stage
)

select * from int_stage__browser_changes
