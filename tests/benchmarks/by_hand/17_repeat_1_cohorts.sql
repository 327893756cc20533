-- Who was won when, with what and through what, and what they bring.
create temp table first_touches as
with sessions as (
    select
        person_id, utm_campaign, session_date as visited_on, lower(coalesce(utm_source, '')) as s,
        lower(coalesce(utm_medium, '')) as m, coalesce(utm_campaign, '') <> '' as c,
        lower(coalesce(referrer, '')) as r,
    from marts.fct_web_sessions where person_id is not null
    qualify row_number() over (partition by person_id order by started_at, session_id) = 1
),

visits as (
    select
        *, case
            when m in ('email', 'mail', 'newsletter') or s = 'newsletter' then 'email'
            when m = 'line' or s = 'line' then 'line'
            when m = 'affiliate' then 'affiliate'
            when m in ('display', 'banner', 'cpm') then 'display'
            when m in ('paid_social', 'paidsocial') then 'paid_social'
            when m = 'social' then 'organic_social'
            when s in ('facebook', 'instagram', 'tiktok', 'x') then 'paid_social'
            when m in ('cpc', 'ppc', 'paid_search', 'paidsearch') then 'paid_search'
            when m = 'organic' then 'organic_search'
            when m = 'referral' then 'referral'
            when s <> '' or m <> '' or c then 'other_campaign'
            when r = '' then 'direct'
            when regexp_matches(r, 'www\.google\.|search\.yahoo\.|www\.bing\.com|duckduckgo\.com')
                then 'organic_search'
            when regexp_matches(
                r, 'facebook\.com|instagram\.com|//t\.co/|//x\.com/|tiktok\.com|youtube\.com'
            ) then 'organic_social'
            when contains(r, 'line.me') then 'line'
            else 'referral'
        end as channel,
    from sessions
),

recorded as (
    select person_id, source, tokyo_day(first_seen_at) as recorded_on,
    from records inner join person_map using (record_key)
    qualify row_number() over (
        partition by person_id order by first_seen_at nulls last, record_kind, record_key
    ) = 1
),

ordered as (
    select person_id, ordered_date as ordered_on, campaign_code,
    from marts.fct_orders where person_id is not null
    qualify row_number() over (partition by person_id order by ordered_at, order_id) = 1
)

select
    person_id,
    coalesce(visited_on <= coalesce(least(recorded_on, ordered_on), visited_on), false) as by_visit,
    if(by_visit, channel, source) as channel,
    case
        when by_visit then utm_campaign
        when ordered_on <= coalesce(recorded_on, ordered_on) then campaign_code
    end as campaign,
from ordered left join recorded using (person_id) left join visits using (person_id);

create temp table followed as
select
    person_id, purchase_no, purchase_date, net_sales, gross_profit,
    lead(purchase_date) over (partition by person_id order by purchase_no) as next_date,
    datediff('day', purchase_date, next_date) as gap, age_days(purchase_date) as age,
from (
    select
        person_id, purchase_no, min(ordered_date) as purchase_date, sum(net_sales) as net_sales,
        sum(gross_profit) as gross_profit,
    from marts.fct_orders where is_purchase group by person_id, purchase_no
);

create temp table article_names as
select coalesce(product_code, product_id) as article, min(name) as article_name,
from catalogue group by article;

create temp table cohort_values as
with won as (
    select
        person_id, date_trunc('month', first_purchase_date)::date as cohort_month, first_touches.*,
        coalesce(product_code, product_id) as article, article_name, category,
        coalesce(first_order.code, first_touches.campaign) as first_campaign,
    from buyers
    left join first_touches using (person_id)
    left join (
        select person_id, arg_min({code: campaign_code}, (ordered_at, order_id)) as first_order,
        from marts.fct_orders where is_first_purchase group by person_id
    ) using (person_id)
    left join tastes using (person_id)
    left join catalogue on first_line.product_id = product_id
    left join article_names on coalesce(product_code, product_id) = article
),

parts as (
    select
        person_id, cohort_month, unnest([
            {d: 'all', v: 'all', n: 'all'}, {d: 'first_product', v: article, n: article_name},
            {d: 'first_category', v: category, n: category},
            {d: 'channel', v: channel, n: channel},
            {d: 'campaign', v: first_campaign, n: first_campaign},
            {d: 'first_month', v: cohort_month::varchar, n: cohort_month::varchar}
        ], recursive := true),
    from won
)

select
    person_id, cohort_month, d as dimension, coalesce(v, 'none') as dimension_value,
    coalesce(n, v, 'none') as value_name,
from parts where d in (select d from parts where v is not null);

create table marts.rpt_cohort_ltv as
with cohorts as (
    select
        dimension, dimension_value, any_value(value_name) as value_name, cohort_month,
        count(*) as cohort_size, unnest(generate_series(
            0, datediff('month', cohort_month, getvariable('as_of'))
        )) as months_since,
    from cohort_values where dimension <> 'first_month'
    group by dimension, dimension_value, cohort_month
),

monthly as (
    select
        dimension, dimension_value, cohort_month,
        datediff('month', cohort_month, purchase_date) as months_since,
        count(*) filter (purchase_no = 2) as repeaters, sum(net_sales) as sales,
        sum(gross_profit) as profit,
    from followed inner join cohort_values using (person_id) group by all
)

select
    dimension, dimension_value, value_name, cohort_month, months_since, cohort_size,
    coalesce(sum(repeaters) over up, 0)::bigint as cumulative_repeaters,
    cumulative_repeaters::double / cohort_size as cumulative_repeat_ratio,
    (sum(sales) over up)::decimal(18, 3) as cumulative_net_sales,
    (sum(profit) over up)::decimal(18, 3) as cumulative_gross_profit,
    (sum(sales) over up / cohort_size)::decimal(18, 3) as net_sales_per_person,
    (sum(profit) over up / cohort_size)::decimal(18, 3) as gross_profit_per_person,
    cohort_month + to_months((months_since + 1)::integer) <= getvariable('as_of') + 1
        as is_complete,
    'JPY' as currency,
from cohorts left join monthly using (dimension, dimension_value, cohort_month, months_since)
window up as (partition by dimension, dimension_value, cohort_month order by months_since);

alter table marts.rpt_cohort_retention add column cumulative_gross_profit decimal(18, 3);
alter table marts.rpt_cohort_retention add column cumulative_profit_per_person decimal(18, 3);
update marts.rpt_cohort_retention as cohorts
set
    cumulative_gross_profit = ltv.cumulative_gross_profit,
    cumulative_profit_per_person = ltv.gross_profit_per_person
from marts.rpt_cohort_ltv as ltv
where
    dimension = 'all' and cohorts.cohort_month = ltv.cohort_month
    and cohorts.months_since = ltv.months_since;
