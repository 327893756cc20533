with int_lead__points as (
    select * from {{ ref('int_lead__points') }}
),

lead_score_rules as (
    select * from {{ ref('lead_score_rules') }}
),

lead_score_bands as (
    select * from {{ ref('lead_score_bands') }}
),

kinds as (
    select
        person_id,
        event,
        greatest(least(max(cap), sum(points)), 0.0) as most_points
    from int_lead__points
    group by person_id, event
),

-- Who could not reach the threshold if nothing ever faded did not cross it.
candidates as (
    select kinds.person_id
    from kinds
    cross join lead_score_bands
    where lead_score_bands.is_threshold
    group by kinds.person_id, lead_score_bands.lower_bound
    having sum(kinds.most_points) >= lead_score_bands.lower_bound
),

moments as (
    select
        int_lead__points.person_id,
        int_lead__points.occurred_at,
        cast(
            {{ seconds_between(
                'int_lead__points.occurred_at', local_midnight(add_days(as_of_date(), 1))
            ) }} as double
        ) / 86400.0 as age_days
    from int_lead__points
    inner join candidates on int_lead__points.person_id = candidates.person_id
    group by int_lead__points.person_id, int_lead__points.occurred_at
),

-- Every kind of event at every moment: what it had gathered before, and with the moment itself.
-- Scaled sums add up in one pass, as each point fades at the same pace (the decay is memoryless).
gathered as (
    select
        moments.person_id,
        moments.occurred_at,
        cast(lead_score_rules.cap as double) as cap,
        power(
            2.0,
            least(coalesce(moments.age_days / lead_score_rules.half_life_days, 0.0) - 900.0, 1000.0)
        ) as fading,
        coalesce(sum(int_lead__points.points_scaled) over (
            partition by kinds.person_id, kinds.event order by moments.occurred_at
            rows between unbounded preceding and 1 preceding
        ), 0.0) as before,
        coalesce(sum(int_lead__points.points_scaled) over (
            partition by kinds.person_id, kinds.event order by moments.occurred_at
            rows between unbounded preceding and current row
        ), 0.0) as after
    from moments
    inner join kinds on moments.person_id = kinds.person_id
    inner join lead_score_rules on kinds.event = lead_score_rules.event
    left join int_lead__points
        on
            kinds.person_id = int_lead__points.person_id
            and kinds.event = int_lead__points.event
            and moments.occurred_at = int_lead__points.occurred_at
),

scores as (
    select
        person_id,
        occurred_at,
        {{ rounded('sum(greatest(-cap, least(cap, before * fading)))', 6) }} as score_before,
        {{ rounded('sum(greatest(-cap, least(cap, after * fading)))', 6) }} as score_after
    from gathered
    group by person_id, occurred_at
),

int_lead__crossings as (
    select
        scores.person_id,
        max(scores.occurred_at) as crossed_threshold_at
    from scores
    cross join lead_score_bands
    where
        lead_score_bands.is_threshold
        and scores.score_before < lead_score_bands.lower_bound
        and scores.score_after >= lead_score_bands.lower_bound
    group by scores.person_id
)

select * from int_lead__crossings
