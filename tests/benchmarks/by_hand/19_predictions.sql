-- What the predictions in Python left, as it stands; the tables around it are made by hand.
create temp macro predicted(name) as table
from read_parquet(getvariable('lake') || '/predictions/' || name || '.parquet')
where as_of_date <= getvariable('as_of');

create table marts.rpt_model_runs as
select
    strftime(as_of_date, '%Y-%m-%d') || ' ' || model as model_run_id, as_of_date, model, status,
    reason, parameters, standard_errors, log_likelihood, customers, repeaters, days_of_data,
from predicted('model_runs');

create table marts.rpt_calibration as
select
    as_of_date, cutoff_date, horizon_days, method, decile, customers, expected_orders,
    actual_orders, actual_buyers, expected_orders / customers as expected_orders_per_customer,
    actual_orders::double / customers as actual_orders_per_customer,
from predicted('calibration');

create table marts.rpt_backtest as
with everything as (from predicted('backtest') union all from predicted('point_in_time_backtest')),

losses as (
    select distinct as_of_date, kind, cutoff_date, horizon_days, prediction, true as is_lost
    from everything where is_deciding and not is_better
)

select
    as_of_date, kind, cutoff_date, horizon_days, prediction, model, baseline, measure, customers,
    model_value, baseline_value, actual_value, is_better, is_deciding,
    is_lost is null as is_published,
from everything
left join losses using (as_of_date, kind, cutoff_date, horizon_days, prediction);

create table marts.customer_predictions as
with days as (
    select distinct person_id, purchase_date, favourite_category
    from purchases left join tastes using (person_id)
),

gaps as (
    select
        person_id, favourite_category,
        purchase_date - lag(purchase_date) over (partition by person_id order by purchase_date)
            as gap,
    from days
    qualify gap is not null
),

own as (
    select person_id, count(*) as n, quantile_cont(gap, [0.2, 0.5, 0.8]) as q from gaps group by 1
),

categories as (
    select favourite_category, quantile_cont(gap, [0.2, 0.5, 0.8]) as q from gaps
    where favourite_category is not null group by 1 having count(*) >= 30
),

shop as (select quantile_cont(gap, [0.2, 0.5, 0.8]) as q from gaps),

cycles as (
    select
        person_id, last_purchase_date, own.q[2] as median_gap,
        list_transform(
            range(1, 4),
            lambda i:
                last_purchase_date
                + floor(
                    (coalesce(n * own.q[i], 0) + 3 * coalesce(categories.q, shop.q)[i])
                    / (coalesce(n, 0) + 3) + 0.500001
                )::integer
        ) as due,
    from buyers
    left join tastes using (person_id)
    left join own using (person_id)
    left join categories using (favourite_category)
    cross join shop
),

historic as (
    select
        person_id, sum(net_sales) as net_sales, count(*) as purchases,
        (max(purchase_date) - min(purchase_date))::double
        / nullif(count(distinct purchase_date) - 1, 0) as average_days_between_orders,
    from purchases group by person_id
)

select
    person_id, getvariable('as_of') as as_of_date, net_sales::decimal(18, 3) as historic_clv,
    expected_sales_365d::decimal(18, 3) as predicted_clv,
    (historic_clv + predicted_clv)::decimal(18, 3) as total_clv,
    expected_orders_365d as predicted_number_of_orders, average_days_between_orders,
    (net_sales / purchases)::decimal(18, 3) as average_order_value,
    1 - alive_probability as churn_probability,
    if(
        next_order_method = 'personal_median' and median_gap is not null,
        last_purchase_date + floor(median_gap + 0.500001)::integer, due[2]
    ) as expected_date_of_next_order,
    due[1] as next_order_p20_date, due[3] as next_order_p80_date, alive_probability,
    expected_orders_90d, expected_orders_365d,
    expected_order_value::decimal(18, 3) as expected_order_value,
    expected_sales_90d::decimal(18, 3) as expected_sales_90d,
    predicted_clv_90d::decimal(18, 3) as predicted_clv_90d,
    predicted_clv_365d::decimal(18, 3) as predicted_clv_365d, value_basis, method, orders_method,
    alive_method, next_order_method, reason,
    strftime(predicted.as_of_date, '%Y-%m-%d ')
    || case method when 'subscription' then 'sbg' when 'mbg_nbd' then 'mbg_nbd' end
        as model_run_id,
    'JPY' as currency,
from historic
inner join predicted('lifetime_values') as predicted using (person_id)
left join cycles using (person_id);
