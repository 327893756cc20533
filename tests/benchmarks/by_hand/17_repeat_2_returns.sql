-- Who comes back, when, and how many have not had the time to.
create table marts.rpt_f2_conversion as
select
    dimension, dimension_value, any_value(value_name) as value_name, purchase_no, window_days,
    count(*) as buyers, count(*) filter (age >= window_days) as matured,
    buyers - matured as immature,
    count(*) filter (age >= window_days and gap <= window_days) as converted,
    converted::double / nullif(matured, 0) as conversion_ratio, count(gap) as converted_ever,
    converted_ever::double / buyers as naive_ratio, getvariable('as_of') as as_of_date,
from followed
inner join cohort_values using (person_id)
cross join (select unnest([30, 60, 90, 180, 365])::bigint as window_days)
where purchase_no <= 5
group by dimension, dimension_value, purchase_no, window_days;

create table marts.rpt_repurchase_curves as
with durations as (
    select dimension, dimension_value, value_name, purchase_no, coalesce(gap, age) as days, gap,
    from followed inner join cohort_values using (person_id)
    where purchase_no <= 5 and dimension in ('all', 'first_product')
),

daily as (
    select
        dimension, dimension_value, purchase_no, days, count(gap) as events,
        count(*) - count(gap) as censored, any_value(value_name) as value_name,
    from durations group by all
    union all by name
    select distinct dimension, dimension_value, value_name, purchase_no, 0 as days, 0 as events,
        0 as censored,
    from durations
    anti join (from durations where days = 0) using (dimension, dimension_value, purchase_no)
),

lived as (
    select *, sum(events + censored) over (
        partition by dimension, dimension_value, purchase_no order by days desc
    )::bigint as at_risk,
    from daily
),

summed as (
    select
        *, exp(sum(if(events < at_risk, ln(1 - events / at_risk), null)) over up) as alive,
        alive * sqrt(sum(
            if(events < at_risk, events / (at_risk::double * (at_risk - events)), null)
        ) over up) as deviation,
    from lived
    window up as (partition by dimension, dimension_value, purchase_no order by days)
)

select
    dimension, dimension_value, value_name, purchase_no, days, at_risk, events, censored,
    if(events < at_risk, alive, 0) as survival, 1 - survival as converted_ratio,
    if(events < at_risk, deviation, null) as standard_error,
    if(events < at_risk, greatest(0, 1 - alive - 1.959964 * deviation), null) as converted_low,
    if(events < at_risk, least(1, 1 - alive + 1.959964 * deviation), null) as converted_high,
    getvariable('as_of') as as_of_date,
from summed;

create table marts.rpt_repeat_monthly as
with bought as (
    select
        person_id, date_trunc('month', purchase_date)::date as month_start, count(*) as purchases,
        min(purchase_no) as first_no, count(*) filter (purchase_no = 2) as seconds,
        sum(net_sales) as sales,
    from followed group by person_id, month_start
),

years as (
    select month_start, count(*) as buyers_12m, count(*) filter (n > 1) as repeat_buyers_12m,
    from (
        select person_id, later::date as month_start, sum(purchases) as n,
        from bought, unnest(generate_series(
            month_start, month_start + interval 11 months, interval 1 month
        )) as periods (later)
        group by all
    )
    group by month_start
),

silent as (
    select purchase_date + 240 as churned_on, next_date from followed
    where age >= 240 and coalesce(gap > 240, true)
),

changes as (
    select
        month_start, sum(purchases) as purchases, count(*) as buyers,
        count(*) filter (first_no = 1) as new_buyers,
        count(*) filter (first_no between 2 and 6) as stepped_up, sum(seconds) as seconds,
        sum(sales) as sales, sum(sales) filter (first_no = 1) as new_sales, 0 as churned,
        0 as returned,
    from bought group by month_start
    union all by name
    select date_trunc('month', churned_on)::date as month_start, count(*) as churned,
    from silent group by all
    union all by name
    select date_trunc('month', next_date)::date as month_start, count(*) as returned,
    from silent where next_date is not null group by all
    union all by name
    select unnest(generate_series(
        date_trunc('month', min(purchase_date)), getvariable('as_of')::timestamp, interval 1 month
    ))::date as month_start,
    from followed
),

months as (
    select
        month_start,
        coalesce(sum(purchases), 0)::bigint as purchases, coalesce(sum(buyers), 0)::bigint as buyers,
        coalesce(sum(new_buyers), 0)::bigint as new_buyers,
        coalesce(sum(stepped_up), 0)::bigint as stepped_up, coalesce(sum(seconds), 0) as seconds,
        coalesce(sum(sales), 0) as sales, coalesce(sum(new_sales), 0) as new_sales,
        coalesce(sum(churned), 0)::bigint as churned,
        coalesce(sum(returned), 0)::bigint as returned,
    from changes group by month_start
),

standing as (
    select
        *, sum(new_buyers) over up as customers, sum(seconds) over up as repeaters,
        (sum(new_buyers + returned - churned) over up)::bigint as active_at_end,
        (customers - new_buyers)::bigint as customers_at_start,
        active_at_end - new_buyers - returned + churned as active_at_start,
        customers_at_start - active_at_start as dormant_at_start,
    from months
    window up as (order by month_start)
)

select
    month_start, purchases, buyers, new_buyers, buyers - new_buyers as repeat_buyers,
    sales::decimal(18, 3) as net_sales, new_sales::decimal(18, 3) as new_net_sales,
    (sales - new_sales)::decimal(18, 3) as repeat_net_sales,
    coalesce(buyers_12m, 0) as buyers_12m, coalesce(repeat_buyers_12m, 0) as repeat_buyers_12m,
    repeat_buyers_12m::double / buyers_12m as repeat_ratio,
    repeaters::double / customers as repeat_ratio_to_date, customers_at_start, active_at_start,
    dormant_at_start, churned, returned, active_at_end,
    churned::double / nullif(active_at_start, 0) as churn_ratio,
    returned::double / nullif(dormant_at_start + churned, 0) as return_ratio, stepped_up,
    stepped_up::double / nullif(customers_at_start, 0) as step_up_ratio,
    month_start + interval 1 month <= getvariable('as_of') + 1 as is_complete, 'JPY' as currency,
from standing left join years using (month_start);
