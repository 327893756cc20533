-- What the shop looks at: RFM, deciles, cohorts, days, exclusions.
create table marts.rpt_rfm as
with scored as (
    select
        person_id, age_days(last_purchase_date) as recency_days, purchase_count as frequency,
        net_sales::decimal(18, 3) as monetary,
        1 + least(4, floor(5 * percent_rank() over (order by last_purchase_date)))::bigint
            as r_score,
        case
            when recency_days <= 30 then 5 when recency_days <= 90 then 4
            when recency_days <= 180 then 3 when recency_days <= 365 then 2 else 1
        end as r_fixed_score,
        case when frequency <= 3 then frequency when frequency <= 5 then 4 else 5 end as f_score,
        1 + least(4, floor(5 * percent_rank() over (order by net_sales)))::bigint as m_score,
        (f_score + m_score + 1) // 2 as fm_score,
    from buyers
),

named as (
    select *, case
        when r_score = 5 and f_score = 1 then ('new', '新規')
        when r_score = 5 and f_score >= 4 then ('champion', '最優良')
        when r_score = 4 and f_score = 1 then ('promising', '有望')
        when r_score >= 4 and f_score <= 3 then ('potential_loyalist', 'ロイヤル候補')
        when r_score = 3 and f_score <= 2 then ('about_to_sleep', '休眠間近')
        when r_score = 3 and f_score = 3 then ('need_attention', '要注意')
        when r_score >= 3 then ('loyal', 'ロイヤル')
        when f_score <= 2 then ('hibernating', '休眠')
        when f_score <= 4 then ('at_risk', '離脱懸念')
        else ('cant_lose', '離脱阻止')
    end as cell, case
        when fm_score >= 4 and r_score = 5 then ('CHAMPIONS', '最優良')
        when fm_score >= 4 and r_score >= 3 then ('LOYAL', 'ロイヤル')
        when fm_score = 5 then ('PREVIOUSLY_LOYAL', '元ロイヤル')
        when fm_score >= 3 and r_score <= 2 then ('AT_RISK', '離脱懸念')
        when fm_score = 3 and r_score >= 4 then ('ACTIVE', '活動中')
        when r_score = 5 then ('NEW', '新規')
        when r_score = 4 then ('PROMISING', '有望')
        when r_score = 3 and fm_score >= 2 then ('NEEDS_ATTENTION', '要注意')
        when r_score >= 2 then ('ALMOST_LOST', '離脱寸前')
        else ('DORMANT', '休眠')
    end as family,
    from scored
)

select
    * exclude (cell, family), cell[1] as rfm_segment, cell[2] as rfm_segment_ja,
    family[1] as rfm_group, family[2] as rfm_group_ja,
    getvariable('as_of') as as_of_date, 'JPY' as currency,
from named;

create temp table deciles as
select person_id, net_sales, ntile(10) over (order by net_sales desc, person_id) as decile,
from buyers;

create table marts.rpt_deciles as
select
    decile, count(*) as customers, sum(net_sales)::decimal(18, 3) as net_sales,
    sum(net_sales)::double / sum(sum(net_sales)) over ()::double as sales_share,
    sum(sum(net_sales)) over (order by decile)::double / sum(sum(net_sales)) over ()::double
        as cumulative_share,
    (sum(net_sales) / count(*))::decimal(18, 3) as average_sales,
    min(net_sales)::decimal(18, 3) as min_sales, max(net_sales)::decimal(18, 3) as max_sales,
    getvariable('as_of') as as_of_date, 'JPY' as currency,
from deciles as persons
group by decile;

create table marts.rpt_cohort_retention as
with placed as (
    select
        *, date_trunc('month', first_purchase_date)::date as cohort_month,
        datediff('month', first_purchase_date, purchase_date) as months_since,
    from purchases inner join (from buyers select person_id, first_purchase_date) using (person_id)
),

cohorts as (
    select cohort_month, count(distinct person_id) as cohort_size, unnest(generate_series(
        0, datediff('month', cohort_month, getvariable('as_of'))
    )) as months_since,
    from placed group by cohort_month
),

monthly as (
    select
        cohort_month, months_since, count(distinct person_id) as active_persons,
        count(*) filter (purchase_no = 2) as repeaters, sum(net_sales) as net_sales,
    from placed group by all
)

select
    cohort_month, months_since, cohort_size, coalesce(active_persons, 0) as active_persons,
    coalesce(active_persons, 0)::double / cohort_size as retention_ratio,
    coalesce(sum(repeaters) over cohort, 0)::bigint as cumulative_buyers_repeat,
    coalesce(sum(net_sales) over cohort, 0)::decimal(18, 3) as cumulative_net_sales,
    (coalesce(sum(net_sales) over cohort, 0) / cohort_size)::decimal(18, 3)
        as cumulative_sales_per_person,
    cohort_month + to_months((months_since + 1)::integer) <= getvariable('as_of') + 1
        as is_complete,
    'JPY' as currency,
from cohorts left join monthly using (cohort_month, months_since)
window cohort as (partition by cohort_month order by months_since);

create table marts.rpt_exclusions as
select
    'order_line' as subject, source, exclusion_reason as reason, count(*) as rows,
    sum(gross_sales)::decimal(18, 3) as amount, currency,
from marts.fct_order_lines where not is_counted group by all
union all
select
    'order', source, exclusion_reason, count(*), sum(gross_sales)::decimal(18, 3), currency,
from marts.fct_orders where not is_purchase group by all
union all
select 'quarantined_row', source, reason, count(*), null, 'JPY',
from read_parquet(
    getvariable('lake') || '/quarantine/**/*.parquet', hive_partitioning = false
) group by all;
