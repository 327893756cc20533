-- The steps of the ladder by month and channel, and the KPIs against their targets.
create temp table touches as
with rules as (
    from read_csv(
        parse_path(getvariable('bots'))[1:-2].list_aggregate('string_agg', '/')
        || '/acquisition_rules.csv', header = true
    )
),

arrivals as (
    select
        *, lower(coalesce(utm_source, '')) as s, lower(coalesce(utm_medium, '')) as m,
        coalesce(utm_campaign, '') <> '' as has_c, lower(coalesce(referrer, '')) as r,
    from marts.fct_web_sessions
),

named as (
    select s, m, has_c, r,
        coalesce(
            (
                select arg_min(acquisition_channel, rule_order) from rules
                where
                    (field = 'utm_medium' and token = m) or (field = 'utm_source' and token = s)
                    or (field = 'referrer' and s || m = '' and not has_c and contains(r, token))
            ),
            case
                when s || m <> '' or has_c then 'other_campaign'
                when r <> '' then 'referral'
                else 'direct'
            end
        ) as channel,
    from (select distinct s, m, has_c, r from arrivals)
),

sessions as (select * from arrivals inner join named using (s, m, has_c, r)),

visits as (
    select
        person_id, arg_min(channel, (started_at, session_id)) as channel,
        min(session_date) as visited_on,
    from sessions where person_id is not null group by person_id
),

recorded as (
    select
        person_id, tokyo_day(min(first_seen_at)) as seen_on,
        arg_min(records.source, (coalesce(first_seen_at, 'infinity'), record_kind, record_key))
            as source,
    from records inner join person_map using (record_key) group by person_id
),

ordered as (
    select person_id, min(ordered_date) as ordered_on from marts.fct_orders
    where person_id is not null group by person_id
)

select
    'person' as subject_kind, person_id as subject_id,
    if(
        visited_on <= coalesce(least(seen_on, ordered_on), visited_on), visits.channel,
        recorded.source
    ) as channel,
from persons
left join recorded using (person_id)
left join visits using (person_id)
left join ordered using (person_id)
union all
select
    'browser', source || ':' || anonymous_id, arg_min(channel, (started_at, session_id)),
from sessions group by source, anonymous_id;

create table marts.rpt_stage_funnel as
with stays as (
    select
        subject_kind, subject_id, to_stage as from_stage, changed_on as begins_on,
        lead(changed_on) over life as ends_on, lead(to_stage) over life as to_stage,
        unnest([channel, 'all']) as channel,
    from marts.fct_stage_transitions inner join touches using (subject_kind, subject_id)
    window life as (partition by subject_kind, subject_id order by change_no)
),

ladder as (
    from (values
        ('browser', 'visitor', 'known', '訪問者→本人判明', 'Visitor → known'),
        ('person', 'lead', 'hot_lead', 'リード→ホットリード', 'Lead → hot lead'),
        ('person', 'lead', 'customer', 'リード→顧客', 'Lead → customer'),
        ('person', 'hot_lead', 'customer', 'ホットリード→顧客', 'Hot lead → customer'),
        ('person', 'customer', 'repeater', '顧客→リピーター', 'Customer → repeater'),
        ('person', 'dormant_lead', 'lead', '休眠リード→リード', 'Dormant lead → lead'),
        ('person', 'dormant_lead', 'hot_lead', '休眠リード→ホットリード',
            'Dormant lead → hot lead'),
        ('person', 'dormant_lead', 'customer', '休眠リード→顧客', 'Dormant lead → customer'),
        ('person', 'dormant_customer', 'repeater', '休眠顧客→リピーター',
            'Dormant customer → repeater')
    ) as steps (subject_kind, from_stage, to_stage, step_ja, step_en)
),

months as (
    select
        *, unnest(generate_series(
            date_trunc('month', begins_on),
            date_trunc('month', coalesce(ends_on, getvariable('as_of'))), interval 1 month
        ))::date as month_start,
    from stays where begins_on is not null
)

select
    month_start, channel, subject_kind, from_stage, ladder.to_stage, step_ja, step_en,
    count(distinct subject_id) as at_risk,
    count(distinct subject_id) filter (is_step) as stepped_up,
    stepped_up / at_risk as step_up_rate, median(ends_on - begins_on) filter (is_step) as median_days,
    month_start + interval 1 month <= getvariable('as_of') + 1 as is_complete,
    getvariable('as_of') as as_of_date,
from (select *, date_trunc('month', ends_on)::date = month_start as ends_here from months) as months
inner join ladder using (subject_kind, from_stage)
cross join lateral (select ends_here and months.to_stage = ladder.to_stage as is_step)
group by all;

create table marts.rpt_kpi_targets as
with targets as (
    from read_csv(
        parse_path(getvariable('bots'))[1:-2].list_aggregate('string_agg', '/')
        || '/kpi_targets.csv', header = true
    )
),

days as (
    select *, unnest([
        {period: 'month', period_start: date_trunc('month', kpi_date)::date},
        {period: 'quarter', period_start: date_trunc('quarter', kpi_date)::date}
    ], recursive := true),
    from marts.rpt_kpi_daily
),

spans as (
    select
        period, period_start,
        (period_start + if(period = 'month', interval 1 month, interval 3 months))::date as until,
        sum(emails_delivered) as mails, sum(unsubscribes) as refusals, sum(orders) as orders,
        sum(net_sales)::double as net_sales, sum(new_buyers) as new_buyers,
    from days group by all having until <= getvariable('as_of') + 1
),

figures as (
    select
        spans.*,
        (select min(first_purchase_date) from buyers) < until as has_begun,
        (
            select count(distinct person_id) from marts.fct_orders
            where is_purchase and ordered_date >= period_start and ordered_date < until
        ) as buyers,
        (
            select sum(gross_profit)::double / sum(net_sales)::double from marts.fct_orders
            where
                is_purchase and gross_profit is not null
                and ordered_date >= period_start and ordered_date < until
        ) as margin,
        (
            select avg(if(coalesce(second_purchase_date <= first_purchase_date + 90, false), 1, 0))
            from buyers
            where first_purchase_date + 90 >= period_start and first_purchase_date + 90 < until
        ) as f2,
        (
            select count(distinct person_id) from purchases
            where purchase_date < until and purchase_date > until - 241
        ) as active,
        (
            select count(distinct person_id) from purchases
            where purchase_date < period_start and purchase_date > period_start - 241
        ) as active_before,
        (
            select count(*) from (
                select purchase_date + 240 as gone_on, lead(purchase_date) over (
                    partition by person_id order by purchase_no
                ) as back_on,
                from purchases
            )
            where
                gone_on >= period_start and gone_on < until
                and gone_on < coalesce(back_on, 'infinity')
        ) as churned,
        (
            select avg(if(days >= 2, 1, 0)) from (
                select count(*) as days from purchases
                where purchase_date < until and purchase_date >= until - interval 12 months
                group by person_id
            )
        ) as repeated,
    from spans
)

select
    kpi, label_ja, label_en, period, period_start,
    case kpi
        when 'net_sales' then if(has_begun, net_sales, null)
        when 'orders' then if(has_begun, figures.orders, null)
        when 'buyers' then if(has_begun, figures.buyers, null)
        when 'new_buyers' then if(has_begun, new_buyers, null)
        when 'average_order_value' then net_sales / nullif(figures.orders, 0)
        when 'gross_margin' then margin
        when 'repeat_rate' then repeated
        when 'f2_rate_90d' then f2
        when 'active_customers' then if(has_begun, active, null)
        when 'churn_rate' then if(has_begun, churned / nullif(active_before, 0), null)
        else refusals / nullif(mails, 0)
    end::double as kpi_value,
    target::double as target, direction, kpi_value - target as gap,
    if(direction = 'at_least', kpi_value >= target, kpi_value <= target) as is_met,
    'JPY' as currency, getvariable('as_of') as as_of_date,
from figures inner join targets using (period)
where period_start >= valid_from;
