with int_purchases as (
    select * from {{ ref('int_purchases') }}
),

rfm_cutoffs as (
    select * from {{ ref('rfm_cutoffs') }}
),

rfm_segments as (
    select * from {{ ref('rfm_segments') }}
),

rfm_groups as (
    select * from {{ ref('rfm_groups') }}
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

-- Equals have equal ranks, so a tie never falls on two scores.
ranked as (
    select
        *,
        percent_rank() over (order by recency_days desc) as recency_rank,
        percent_rank() over (order by monetary) as monetary_rank
    from measured
),

scored as (
    select
        ranked.person_id,
        ranked.recency_days,
        ranked.frequency,
        ranked.monetary,
        cast(1 + least(4, floor(5 * ranked.recency_rank)) as bigint) as r_score,
        recency_cutoffs.score as r_fixed_score,
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

averaged as (
    select
        *,
        cast(floor((f_score + m_score + 1) / 2.0) as bigint) as fm_score
    from scored
),

rpt_rfm as (
    select
        averaged.person_id,
        averaged.recency_days,
        averaged.frequency,
        {{ money('averaged.monetary') }} as monetary,
        averaged.r_score,
        averaged.r_fixed_score,
        averaged.f_score,
        averaged.m_score,
        averaged.fm_score,
        rfm_segments.rfm_segment,
        rfm_segments.rfm_segment_ja,
        rfm_groups.rfm_group,
        rfm_groups.rfm_group_ja,
        {{ as_of_date() }} as as_of_date,
        '{{ var("currency") }}' as currency
    from averaged
    left join rfm_segments
        on
            averaged.r_score = rfm_segments.r_score
            and averaged.f_score = rfm_segments.f_score
    left join rfm_groups
        on
            averaged.r_score = rfm_groups.r_score
            and averaged.fm_score = rfm_groups.fm_score
)

select * from rpt_rfm
