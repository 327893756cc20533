-- How buyers move between the CPM groups, what sells, and what each buyer leans to.
create table marts.rpt_cpm_transitions as
with months as (
    select
        month_start::date as month_start,
        least(last_day(month_start::date), getvariable('as_of')) as month_end,
    from generate_series(
        date_trunc('month', getvariable('as_of')) - interval 24 month, getvariable('as_of'),
        interval 1 month
    ) as series (month_start)
),

moves as (
    select
        month_start, rank, lapse_date <= month_end as is_lapsed, lag(rank) over lives as from_rank,
        lag(is_lapsed) over lives as from_lapsed,
    from months
    inner join cpm_ranks
        on
            purchase_date <= month_end
            and month_end < coalesce(next_purchase_date, date '9999-01-01')
    window lives as (partition by person_id order by month_start)
),

counted as (
    select month_start, rank, is_lapsed, from_rank, from_lapsed, count(*) as persons from moves
    where month_start > (select min(month_start) from months)
    group by all
)

select
    month_start,
    coalesce(source.code || if(from_lapsed, '_lapsed', '_active'), 'none') as from_group,
    coalesce(source.name || if(from_lapsed, '離脱客', '現役客'), '未購入') as from_group_ja,
    target.code || if(is_lapsed, '_lapsed', '_active') as to_group,
    target.name || if(is_lapsed, '離脱客', '現役客') as to_group_ja,
    unnest(case
        when from_rank is null then {movement: 'new', movement_ja: '新規'}
        when is_lapsed > from_lapsed then {movement: 'lapse', movement_ja: '離脱'}
        when is_lapsed < from_lapsed then {movement: 'return', movement_ja: '復帰'}
        when rank > from_rank then {movement: 'step_up', movement_ja: '引上げ'}
        when rank < from_rank then {movement: 'step_down', movement_ja: '後退'}
        else {movement: 'stay', movement_ja: '維持'}
    end),
    persons,
    if(
        from_rank is null, null,
        persons / sum(persons) over (partition by month_start, from_rank, from_lapsed)
    ) as share_of_from,
    last_day(month_start) <= getvariable('as_of') as is_complete,
    getvariable('as_of') as as_of_date,
from counted
inner join cpm_names as target using (rank)
left join cpm_names as source on from_rank = source.rank;

create temp table bought_items as
select
    person_id, purchase_no, ordered_date, coalesce(product_code, product_id) as code, name,
    category, brand, taste, lines.net_sales, lines.gross_profit,
from marts.fct_order_lines as lines
inner join (from marts.fct_orders select order_id, purchase_no where is_purchase) using (order_id)
inner join catalogue using (product_id)
where is_counted;

create table marts.rpt_abc_products as
with ripe as (
    select
        person_id, coalesce(second_purchase_date - first_purchase_date <= 90, false) as is_back,
    from buyers
    where age_days(first_purchase_date) >= 90
),

items as (
    select
        item_kind, item_id, min(item_name) as item_name, sum(net_sales) as net_sales,
        if(count(*) = count(gross_profit), sum(gross_profit), null) as gross_profit,
        count(distinct ripe.person_id) as first_buyers,
        count(distinct if(is_back, ripe.person_id, null)) as f2_buyers,
    from (
        select
            bought_items.*,
            unnest([
                {item_kind: 'product', item_id: code, item_name: name},
                {item_kind: 'category', item_id: category, item_name: category},
                {item_kind: 'brand', item_id: brand, item_name: brand}
            ], recursive := true),
        from bought_items
    ) as kinds
    left join ripe on kinds.person_id = ripe.person_id and purchase_no = 1
    where item_id is not null
    group by item_kind, item_id
),

measured as (
    from items select *, 'net_sales' as measure, net_sales as amount
    union all
    from items select *, 'gross_profit', gross_profit where gross_profit is not null
    union all
    from items select *, 'f2_power', f2_buyers where first_buyers > 0
),

ranked as (
    select
        *, row_number() over best as item_rank, sum(amount) over best as so_far,
        sum(amount) over (partition by item_kind, measure) as total,
    from measured
    window best as (partition by item_kind, measure order by amount desc, item_id)
)

select
    item_kind, measure, item_rank, item_id, item_name, amount::decimal(18, 3) as amount,
    amount::double / nullif(total, 0)::double as share,
    so_far::double / nullif(total, 0)::double as cumulative_share,
    case
        when total <= 0 then 'C' when 10 * (so_far - amount) < 7 * total then 'A'
        when 10 * (so_far - amount) < 9 * total then 'B' else 'C'
    end as abc_class,
    if(measure = 'f2_power', first_buyers, null) as first_buyers,
    if(measure = 'f2_power', f2_buyers / first_buyers, null) as f2_ratio,
    if(
        measure = 'f2_power',
        (f2_buyers * (select count(*) from ripe))::double
        / nullif(first_buyers * (select count(*) filter (is_back) from ripe), 0)::double,
        null
    ) as f2_lift,
    getvariable('as_of') as as_of_date, if(measure = 'f2_power', null, 'JPY') as currency,
from ranked;

create table marts.rpt_ctb_affinity as
with days as (
    select
        person_id, purchase_no, ordered_date, category, taste, brand, sum(net_sales) as net_sales,
    from bought_items
    group by all
    having sum(net_sales) > 0
),

affinities as (
    select
        person_id, dimension, dimension_value, count(distinct purchase_no) as purchases,
        sum(net_sales)::decimal(18, 3) as net_sales, max(ordered_date) as last_purchase_date,
        sum(net_sales::double * power(2, -age_days(ordered_date) / 180))::decimal(18, 3)
            as affinity,
    from (unpivot days on category, taste, brand into name dimension value dimension_value)
    group by person_id, dimension, dimension_value
)

select
    person_id, dimension,
    row_number() over (
        partition by person_id, dimension
        order by affinity desc, net_sales desc, last_purchase_date desc, dimension_value
    ) as affinity_rank,
    dimension_value, purchases, net_sales,
    net_sales::double / sum(net_sales) over (partition by person_id, dimension)::double as share,
    last_purchase_date, affinity,
    share / (
        sum(net_sales) over (partition by dimension, dimension_value)::double
        / sum(net_sales) over (partition by dimension)::double
    ) as lift,
    getvariable('as_of') as as_of_date, 'JPY' as currency,
from affinities;
