with int_lead__events as (
    select * from {{ ref('int_lead__events') }}
),

lead_score_rules as (
    select * from {{ ref('lead_score_rules') }}
),

aged_events as (
    select
        int_lead__events.person_id,
        int_lead__events.event,
        int_lead__events.occurred_at,
        cast(int_lead__events.events * lead_score_rules.points as double) as points,
        cast(lead_score_rules.cap as double) as cap,
        coalesce(
            cast(
                {{ seconds_between(
                    'int_lead__events.occurred_at', local_midnight(add_days(as_of_date(), 1))
                ) }} as double
            ) / 86400.0 / lead_score_rules.half_life_days, 0.0
        ) as half_lives
    from int_lead__events
    inner join lead_score_rules on int_lead__events.event = lead_score_rules.event
    where lead_score_rules.points <> 0
),

-- What has halved 1,800 times is gone, and would be too small to reckon with.
int_lead__points as (
    select
        *,
        points * power(2.0, -half_lives) as points_left,
        points * power(2.0, 900.0 - half_lives) as points_scaled
    from aged_events
    where half_lives <= 1800
)

select * from int_lead__points
