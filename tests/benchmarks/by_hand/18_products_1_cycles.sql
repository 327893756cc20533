-- Cycles of products, repurchases, pairs and next products.
create temp table items as
select
    product_id, arg_min(
        {item_id: product_id, name: name, code: product_code, category: category},
        (
            case source when 'ec_cube' then 0 when 'product_master' then 2 else 1 end,
            not is_active, coalesce(stock_quantity <= 0, false), -units_sold, product_id
        )
    ) over (partition by coalesce('=' || product_code, product_id)) as item,
    is_active, stock_quantity, pack_days, is_trial, units_sold,
from marts.dim_products;

create temp table item_lines as
select order_id, person_id, item.item_id, ordered_date as day, quantity - returned_quantity as pieces,
from marts.fct_order_lines inner join items using (product_id)
where is_counted and quantity > returned_quantity;

create temp table item_days as
select
    person_id, item_id, day, sum(pieces) as pieces,
    day - lag(day) over (partition by person_id, item_id order by day) as gap,
from item_lines group by person_id, item_id, day;

create temp table cycles as
with observed as (
    select
        item_id, count(distinct person_id) as buyers,
        count(distinct person_id) filter (gap is not null) as repeat_buyers,
        count(gap) as repurchase_pairs,
        quantile_cont(gap::double, [0.25, 0.5, 0.75, 0.95]) as gaps,
    from item_days group by item_id
),

by_category as (
    select category, quantile_cont(gap::double, 0.5) as category_gap,
    from (
        select category, day - lag(day) over (partition by person_id, category order by day) as gap,
        from (
            select distinct person_id, items.item.category as category, day
            from item_days inner join items on item_id = product_id
        )
        where category is not null
    )
    group by category having count(gap) >= 30
)

select
    product_id, item.code as product_code, item.name as product_name, item.category as category,
    coalesce(buyers, 0) as buyers, coalesce(repeat_buyers, 0) as repeat_buyers,
    coalesce(repurchase_pairs, 0) as repurchase_pairs, gaps[1] as gap_p25_days,
    gaps[2] as gap_median_days, gaps[3] as gap_p75_days, gaps[4] as gap_p95_days,
    if(pack_days > 0, pack_days, null) as pack_days,
    case
        when pack_days > 0 then pack_days
        when repurchase_pairs >= 30 then gaps[2]
        else category_gap
    end::double as cycle_days,
    case
        when pack_days > 0 then 'pack_days'
        when repurchase_pairs >= 30 then 'product'
        when category_gap is not null then 'category'
    end as cycle_basis,
    coalesce(
        pack_days > 0
        or repurchase_pairs >= 30 and count(*) filter (pack_days > 0) over () = 0, false
    ) as is_consumable,
    getvariable('as_of') as as_of_date,
from items
left join observed on product_id = item_id
left join by_category on item.category = by_category.category
where product_id = item.item_id;

create table marts.rpt_purchase_cycles as from cycles;

create temp table repurchases as
select
    person_id, item_id as product_id, day as last_bought_date, pieces::bigint as quantity,
    if(cycle_basis = 'pack_days', pieces, 1) * cycle_days as cycle_days, cycle_basis,
    day + round(cycles.cycle_days * if(cycle_basis = 'pack_days', pieces, 1))::integer
        as expected_date,
    (getvariable('as_of') - day) / (cycle_days * if(cycle_basis = 'pack_days', pieces, 1))
        as overdue_ratio,
    case
        when overdue_ratio < 0.8 then 'not_due' when overdue_ratio < 1.2 then 'due'
        when overdue_ratio < 2 then 'late' when overdue_ratio <= 3 then 'at_risk' else 'lapsed'
    end as due_status,
    product_code, product_name, category, is_active, stock_quantity,
from (
    select person_id, item_id, max(day) as day, arg_max(pieces, day) as pieces
    from item_days group by person_id, item_id
)
inner join cycles on item_id = cycles.product_id
inner join (from items select product_id, is_active, is_trial, stock_quantity) as listed
    on item_id = listed.product_id
where is_consumable and not is_trial;

create table marts.rpt_repurchase_due as
select
    person_id, product_id, product_code, product_name, category, last_bought_date, quantity,
    cycle_days, cycle_basis, expected_date, expected_date - getvariable('as_of') as days_to_expected,
    overdue_ratio, due_status,
    map {
        'not_due': 'まだ先', 'due': '買い時', 'late': '遅れ', 'at_risk': '離脱懸念', 'lapsed': '離脱'
    }[due_status] as due_status_ja,
    expected_date - 7 as remind_from_date, expected_date as remind_to_date,
    days_to_expected between 0 and 7 as is_in_remind_window,
    coalesce(stock_quantity > 0, true) as is_in_stock, getvariable('as_of') as as_of_date,
from repurchases where is_active;
