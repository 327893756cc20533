with int_persons as (
    select * from {{ ref('int_persons') }}
),

int_person__orders as (
    select * from {{ ref('int_person__orders') }}
),

int_lead__reasons as (
    select * from {{ ref('int_lead__reasons') }}
),

int_lead__crossings as (
    select * from {{ ref('int_lead__crossings') }}
),

lead_score_bands as (
    select * from {{ ref('lead_score_bands') }}
),

next_bands as (
    select
        *,
        lead(lower_bound) over (order by lower_bound) as upper_bound,
        max(case when is_threshold then lower_bound end) over () as threshold
    from lead_score_bands
),

reasons as (
    select
        *,
        points >= 0.1 and reason_rank <= 3 as is_reason
    from int_lead__reasons
),

sums as (
    select
        person_id,
        sum(points) as score,
        max(last_event_at) as last_event_at,
        max(case when is_reason and reason_rank = 1 then event end) as reason_1,
        max(case when is_reason and reason_rank = 2 then event end) as reason_2,
        max(case when is_reason and reason_rank = 3 then event end) as reason_3,
        max(case when is_reason and reason_rank = 1 then reason_ja end)
        || coalesce('、' || max(case when is_reason and reason_rank = 2 then reason_ja end), '')
        || coalesce('、' || max(case when is_reason and reason_rank = 3 then reason_ja end), '')
            as reasons_ja,
        max(case when is_reason and reason_rank = 1 then reason_en end)
        || coalesce(', ' || max(case when is_reason and reason_rank = 2 then reason_en end), '')
        || coalesce(', ' || max(case when is_reason and reason_rank = 3 then reason_en end), '')
            as reasons_en
    from reasons
    group by person_id
),

scores as (
    select
        int_persons.person_id,
        {{ rounded('coalesce(sums.score, 0.0)', 6) }} as score,
        sums.last_event_at,
        sums.reason_1,
        sums.reason_2,
        sums.reason_3,
        sums.reasons_ja,
        sums.reasons_en
    from int_persons
    left join int_person__orders on int_persons.person_id = int_person__orders.person_id
    left join sums on int_persons.person_id = sums.person_id
    where coalesce(int_person__orders.purchase_count, 0) = 0
),

rpt_lead_scores as (
    select
        scores.person_id,
        scores.score,
        next_bands.band,
        next_bands.label_ja as band_ja,
        scores.score >= next_bands.threshold as is_above_threshold,
        int_lead__crossings.crossed_threshold_at,
        scores.reason_1,
        scores.reason_2,
        scores.reason_3,
        scores.reasons_ja,
        scores.reasons_en,
        scores.last_event_at,
        {{ as_of_date() }} as as_of_date
    from scores
    left join next_bands
        on
            scores.score >= next_bands.lower_bound
            and (next_bands.upper_bound is null or scores.score < next_bands.upper_bound)
    left join int_lead__crossings on scores.person_id = int_lead__crossings.person_id
)

select * from rpt_lead_scores
