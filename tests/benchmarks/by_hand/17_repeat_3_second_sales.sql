-- Subscriptions, and what a first purchase leads to.
create temp table contracts as
select
    *, _source || ':' || source_subscription_id as subscription_id, _source as source,
    date_trunc('month', tokyo_day(started_at))::date as start_month,
    if(tokyo_day(paused_at) <= getvariable('as_of'), tokyo_day(paused_at), null) as paused_on,
    if(tokyo_day(cancelled_at) <= getvariable('as_of'), tokyo_day(cancelled_at), null)
        as cancelled_on,
    coalesce(cancelled_on <= coalesce(paused_on, cancelled_on), false) as is_cancelled_first,
    least(paused_on, cancelled_on) as left_on,
from (
    from raw('subscriptions')
    where tokyo_day(started_at) <= getvariable('as_of')
    qualify row_number() over (
        partition by _source, source_subscription_id
        order by _version desc nulls last, _file desc, _revision desc, _row desc
    ) = 1
);

create table marts.rpt_subscription_retention as
with deliveries as (
    select subscription_id, count(*) as delivered,
    from (
        select order_id, arg_min(
            subscription_id, (if(contracts.source = orders.source, 0, 1), subscription_id)
        ) as subscription_id,
        from marts.fct_orders as orders
        inner join all_orders using (source, source_order_id)
        inner join contracts using (source_subscription_id)
        where is_purchase group by order_id
    )
    group by subscription_id
),

histories as (
    select
        *, coalesce(delivered, 0) as had, unnest(generate_series(1, had + 1)) as delivery_no,
    from contracts left join deliveries using (subscription_id)
),

counted as (
    select
        start_month, delivery_no, count(*) as reached,
        count(*) filter (had >= delivery_no) as shipped,
        count(*) filter (had < delivery_no and cancelled_on is not null) as cancelled,
    from histories where exists (from deliveries) group by start_month, delivery_no
)

select
    start_month, delivery_no, max(reached) over up as subscriptions, reached, shipped, cancelled,
    reached - shipped - cancelled as waiting,
    shipped::double / nullif(max(shipped) over up, 0) as shipped_ratio,
    case
        when min(shipped + cancelled) over up = 0 then null
        when min(shipped) over up = 0 then 0
        else exp(sum(if(shipped > 0, ln(shipped / (shipped + cancelled)), null)) over up)
    end as survival_ratio,
    getvariable('as_of') as as_of_date,
from counted
window up as (partition by start_month order by delivery_no);

create table marts.rpt_subscription_churn as
with events as (
    select start_month as month_start, 1 as started, 0 as cancelled, 0 as paused, 0 as late,
    from contracts
    union all by name
    select
        date_trunc('month', left_on)::date as month_start, is_cancelled_first::int as cancelled,
        (not is_cancelled_first)::int as paused,
    from contracts where left_on is not null
    union all by name
    select date_trunc('month', cancelled_on)::date as month_start, 1 as late,
    from contracts where cancelled_on is not null and not is_cancelled_first
    union all by name
    select unnest(generate_series(
        min(start_month)::timestamp, getvariable('as_of')::timestamp, interval 1 month
    ))::date as month_start,
    from contracts
),

months as (
    select
        month_start, coalesce(sum(started), 0)::bigint as started,
        coalesce(sum(cancelled), 0)::bigint as cancelled,
        coalesce(sum(paused), 0)::bigint as paused,
        coalesce(sum(late), 0)::bigint as cancelled_in_pause,
    from events group by month_start
)

select
    month_start,
    (sum(started - cancelled - paused) over (order by month_start))::bigint as active_at_end,
    active_at_end - started + cancelled + paused as active_at_start, started, cancelled, paused,
    cancelled_in_pause, cancelled::double / nullif(active_at_start, 0) as churn_ratio,
    month_start + interval 1 month <= getvariable('as_of') + 1 as is_complete,
from months;

create temp table baskets as
select
    orders.person_id, purchase_no, coalesce(product_code, product_id) as article,
    min(orders.ordered_date) as bought_on, min(name) as article_name, min(category) as category,
    min(brand) as brand, bool_or(is_trial) as is_trial, max(unit_price) as unit_price,
    sum(lines.net_sales) as net_sales,
from marts.fct_order_lines as lines
inner join marts.fct_orders as orders using (order_id)
inner join catalogue using (product_id)
where is_counted and is_purchase
group by all;

create table marts.rpt_sell_through as
with trials as (
    from baskets where is_trial
    qualify row_number() over (
        partition by person_id order by purchase_no, net_sales desc, article
    ) = 1
),

led as (
    select
        trials.*, min(regular.bought_on) as converted_on,
        min(regular.purchase_no) as converted_no,
    from trials
    left join (from baskets where not is_trial) as regular
        on
            trials.person_id = regular.person_id
            and (trials.category is null or trials.category = regular.category)
    group by all
),

firsts as (
    select baskets.*, first_purchase_date,
    from baskets
    inner join cohort_values as won
        on
            baskets.person_id = won.person_id and dimension = 'first_product'
            and article = dimension_value
    inner join buyers on baskets.person_id = buyers.person_id
    where purchase_no = 1 and category is not null
),

entered as (
    select person_id, min(bought_on) as crossed_on,
    from (
        select person_id, category, min(bought_on) as bought_on, min(purchase_no) as no,
        from baskets where category is not null group by person_id, category
    )
    where no > 1 group by person_id
),

dearer as (
    select firsts.person_id, min(later.bought_on) as dearer_on,
    from firsts
    inner join baskets as later
        on
            firsts.person_id = later.person_id and later.purchase_no > 1
            and firsts.category = later.category and firsts.article <> later.article
            and firsts.brand is not distinct from later.brand
            and later.unit_price > firsts.unit_price
    group by firsts.person_id
),

chances as (
    select
        'trial_to_regular' as sale_kind, '引き上げ' as sale_kind_ja, 60 as window_days, article,
        article_name, category, bought_on as started_on, converted_on,
    from led where converted_no is null or converted_no > purchase_no
    union all
    select
        'cross_sell', 'クロスセル', 90, article, article_name, category, first_purchase_date,
        crossed_on,
    from firsts left join entered using (person_id)
    union all
    select
        'up_sell', 'アップセル', 180, article, article_name, category, first_purchase_date,
        dearer_on,
    from firsts left join dearer using (person_id) where not is_trial
),

items as (
    select
        *, unnest([
            {k: 'all', i: 'all', n: 'all'},
            {k: 'product', i: article, n: coalesce(article_name, article)},
            {k: 'category', i: category, n: category}
        ], recursive := true),
    from chances
)

select
    sale_kind, any_value(sale_kind_ja) as sale_kind_ja, k as item_kind, i as item,
    max(n) as item_name, any_value(window_days)::bigint as window_days, count(*) as persons,
    count(*) filter (age_days(started_on) >= window_days) as matured,
    persons - matured as immature,
    count(*) filter (
        age_days(started_on) >= window_days and converted_on - started_on <= window_days
    ) as converted,
    converted::double / nullif(matured, 0) as conversion_ratio,
    getvariable('as_of') as as_of_date,
from items where i is not null
group by sale_kind, k, i;
