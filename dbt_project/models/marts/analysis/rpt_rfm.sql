with int_purchases as (
    select * from {{ ref('int_purchases') }}
),

rfm_cutoffs as (
    select * from {{ ref('rfm_cutoffs') }}
),

rfm_segments as (
    select * from {{ ref('rfm_segments') }}
),

recency_cutoffs as (
    select * from rfm_cutoffs
    where measure = 'recency'
),

frequency_cutoffs as (
    select * from rfm_cutoffs
    where measure = 'frequency'
),

measured as (
    select
        person_id,
        {{ age_days('max(purchase_date)') }} as recency_days,
        count(*) as frequency,
        sum(net_sales) as monetary
    from int_purchases
    where {{ within_months('purchase_date', var('rfm_window_months')) }}
    group by person_id
),

-- Equal amounts have equal ranks, so a tie never falls on two scores.
ranked as (
    select
        *,
        percent_rank() over (order by monetary) as monetary_rank
    from measured
),

scored as (
    select
        ranked.person_id,
        ranked.recency_days,
        ranked.frequency,
        ranked.monetary,
        recency_cutoffs.score as r_score,
        frequency_cutoffs.score as f_score,
        cast(1 + least(4, floor(5 * ranked.monetary_rank)) as bigint) as m_score
    from ranked
    left join recency_cutoffs
        on ranked.recency_days between recency_cutoffs.lower_bound and recency_cutoffs.upper_bound
    left join frequency_cutoffs
        on
            ranked.frequency
            between frequency_cutoffs.lower_bound and frequency_cutoffs.upper_bound
),

rpt_rfm as (
    select
        scored.person_id,
        scored.recency_days,
        scored.frequency,
        {{ money('scored.monetary') }} as monetary,
        scored.r_score,
        scored.f_score,
        scored.m_score,
        rfm_segments.rfm_segment,
        rfm_segments.rfm_segment_ja,
        {{ as_of_date() }} as as_of_date,
        '{{ var("currency") }}' as currency
    from scored
    left join rfm_segments
        on
            scored.r_score = rfm_segments.r_score
            and scored.f_score = rfm_segments.f_score
)

select * from rpt_rfm
