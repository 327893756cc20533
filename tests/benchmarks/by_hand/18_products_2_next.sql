-- Pairs of products, and the next product of each buyer.
create temp table pairs as
with baskets as (select distinct order_id, item_id from item_lines),

per_item as (select item_id, count(*) as n from baskets group by item_id having n >= 5),

often as (from baskets semi join per_item using (item_id)),

together as (
    select a.item_id as a, b.item_id as b, count(*) as pair_count,
    from often as a inner join often as b on a.order_id = b.order_id and a.item_id < b.item_id
    group by all having pair_count >= 5
),

old as (from item_days where day <= getvariable('as_of') - 90),

after_anything as (
    select item_id, count(distinct person_id) as n
    from item_days
    where exists (
        from old
        where old.person_id = item_days.person_id
            and item_days.day between old.day + 1 and old.day + 90
    )
    group by item_id
),

before as (select item_id, count(distinct person_id) as n from old group by item_id),

later as (
    select old.item_id as a, item_days.item_id as b, count(distinct person_id) as pair_count,
    from (from old semi join (from before where n >= 5) using (item_id)) as old
    inner join (from item_days semi join (from after_anything where n >= 5) using (item_id))
        as item_days using (person_id)
    where item_days.day > old.day and item_days.day <= old.day + 90 and a <> b
    group by all having pair_count >= 5
),

counted as (
    select
        'same_order' as kind, a, b, pair_count, in_a.n as n_a, in_b.n as n_b,
        (select count(distinct order_id) from baskets) as n,
    from together
    inner join per_item as in_a on a = in_a.item_id inner join per_item as in_b on b = in_b.item_id
    union all
    select
        'next_90_days', a, b, pair_count, before.n, after_anything.n,
        (select count(distinct person_id) from old),
    from later
    inner join before on a = before.item_id inner join after_anything on b = after_anything.item_id
)

select
    *, pair_count::double * n / (n_a::double * n_b) as lift,
    lift * exp(-1.959963984540054 * sqrt(greatest(
        0, 1.0::double / pair_count - 1.0::double / n_a - 1.0::double / n_b
        + (2 * lift - 1) / n::double
    ))) as lift_lower,
from counted;

create table marts.rpt_basket_affinity as
select
    kind, a as product_a_id, a_item.name as product_a_name, b as product_b_id,
    b_item.name as product_b_name, pair_count, n_a as a_count, n_b as b_count, n as total_count,
    pair_count / n::double as support, pair_count / n_a::double as confidence_a_to_b,
    pair_count / n_b::double as confidence_b_to_a, lift, lift_lower,
    if(
        n_a < n and n_b < n,
        n::double * power(pair_count::double * n - n_a::double * n_b, 2)
        / (n_a::double * (n - n_a) * n_b * (n - n_b)), null
    ) as chi_square,
    getvariable('as_of') as as_of_date,
from pairs
inner join marts.dim_products as a_item on a = a_item.product_id
inner join marts.dim_products as b_item on b = b_item.product_id;

create temp table offers as
with links as (
    select a, b, arg_min({share: share, reason: reason}, reason) as link
    from (
        select
            a, b, pair_count / n_a::double as share,
            if(kind = 'same_order', 'bought_together', 'bought_next') as reason,
        from pairs where lift_lower > 1
        union all
        select b, a, pair_count / n_b::double, 'bought_together'
        from pairs where lift_lower > 1 and kind = 'same_order'
    )
    group by a, b
),

sold as (
    select
        item.item_id as item_id, any_value(item.category) as category, sum(units_sold) as units,
        any_value(case
            when not is_active then 'inactive' when stock_quantity <= 0 then 'out_of_stock'
            when is_trial then 'trial' else ''
        end) filter (product_id = item.item_id) as bar,
    from items group by all
),

standing as (
    select person_id, item_id, coalesce(sent_back.bar, if(
        due_status is null, 'owned', if(due_status = 'not_due', 'not_due', null)
    )) as bar,
    from (select distinct person_id, item_id from item_days)
    full join (
        select distinct person_id, item.item_id as item_id, 'returned' as bar
        from marts.fct_order_lines inner join items using (product_id)
        where person_id is not null and (
            exclusion_reason = 'returned_order' or is_counted and returned_quantity > 0
        )
    ) as sent_back using (person_id, item_id)
    left join (from repurchases select person_id, product_id as item_id, due_status)
        using (person_id, item_id)
),

linked as (
    select
        person_id, b as item_id, sum(points) as score,
        arg_min({because: a, share: link.share, reason: link.reason}, (-points, a)) as why,
    from (
        select
            person_id, a, b, link,
            (link.share * power(0.5, (getvariable('as_of') - day) / 60.0))::decimal(18, 9)
                as points,
        from (select person_id, item_id, max(day) as day from item_days group by all) as last_days
        inner join links on item_id = a
        where day >= getvariable('as_of') - 180
    )
    group by person_id, b
),

judged as (
    select linked.*, coalesce(nullif(sold.bar, ''), standing.bar) as bar, 0 as place,
    from linked
    inner join sold using (item_id) left join standing using (person_id, item_id)
),

sellers as (
    select *, row_number() over (partition by category order by units desc, item_id) as place,
    from sold where bar = '' and category is not null and units > 0
    qualify place <= 20
)

from judged
union all by name
select person_id, sellers.item_id, standing.bar, place,
from tastes
inner join sellers on favourite_category = sellers.category
left join standing using (person_id, item_id)
where tastes.person_id not in (from judged select person_id where bar is null)
    and (tastes.person_id, sellers.item_id) not in (from judged select (person_id, item_id));

create temp table ranked_offers as
select *, row_number() over (
    partition by person_id, bar is null order by score desc nulls last, place, item_id
) as rank,
from offers;

create table marts.rpt_next_products as
select
    person_id, rank as product_rank, item_id as product_id, offered.product_code,
    offered.name as product_name, offered.category, score::double as score,
    coalesce(why.reason, 'category_best_seller') as reason_code,
    why.because as because_product_id, why.share as because_confidence,
    coalesce(because.name, why.because) as bought, floor(100 * why.share + 0.5)::integer as percent,
    case reason_code
        when 'bought_next' then bought || 'を購入。購入者の' || percent || '%が90日以内にこの商品を購入'
        when 'bought_together' then bought || 'を購入。その注文の' || percent || '%にこの商品も入る'
        else 'よく買うカテゴリ（' || offered.category || '）の売れ筋。併売データなし'
    end as reason_ja,
    case reason_code
        when 'bought_next'
            then 'Bought ' || bought || '; ' || percent
            || ' % of its buyers bought this within 90 days'
        when 'bought_together'
            then 'Bought ' || bought || '; ' || percent || ' % of the orders with it hold this too'
        else 'Best seller of the favourite category ' || offered.category || '; no pair to go by'
    end as reason_en,
    getvariable('as_of') as as_of_date,
from ranked_offers
inner join marts.dim_products as offered on item_id = offered.product_id
left join marts.dim_products as because on why.because = because.product_id
where bar is null and rank <= 3;

alter table marts.rpt_next_products drop bought;
alter table marts.rpt_next_products drop percent;

create table marts.rpt_next_product_exclusions as
select
    item_id as product_id, any_value(product_code) as product_code,
    any_value(name) as product_name,
    coalesce(bar, if(rank > 3, 'outranked', 'recommended')) as verdict, count(*) as persons,
    getvariable('as_of') as as_of_date,
from ranked_offers inner join marts.dim_products on item_id = product_id
group by item_id, verdict;
