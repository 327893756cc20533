-- Orders, their lines, products and purchases.
create schema marts;

create temp table orders as
select
    all_orders.*, person.person_id,
    case
        when person.person_id is null then 'unattributed'
        when status in ('paid', 'processing', 'shipped', 'delivered') then null
        when status in ('cancelled', 'returned') then status
        else 'pending'
    end as exclusion_reason,
from all_orders
left join person_map as person on person.record_key = case
    when source_customer_id is null then source || '|order|' || source_order_id
    else source || '|customer|' || source_customer_id
end
where ordered_date <= getvariable('as_of');

create temp table catalogue as
with sold as (
    select
        source, source_product_id,
        arg_max(
            {product_code: product_code, name: product_name}, (source_order_id, source_line_id)
        ) as line,
    from goods
    where source_product_id is not null
    group by source, source_product_id
),

master as (
    select * from products
    where source = 'product_master' and product_code is not null
    qualify row_number() over (partition by product_code order by source_product_id) = 1
)

select
    source || ':' || source_product_id as product_id, source, source_product_id,
    coalesce(products.product_code, sold.line.product_code) as product_code,
    coalesce(products.name, sold.line.name, master.name) as name,
    coalesce(products.category, master.category) as category,
    coalesce(products.brand, master.brand) as brand,
    coalesce(products.taste, master.taste) as taste,
    coalesce(products.list_price, master.list_price) as list_price,
    coalesce(products.unit_cost, master.unit_cost) as unit_cost,
    coalesce(products.stock_quantity, master.stock_quantity) as stock_quantity,
    coalesce(products.pack_days, master.pack_days) as pack_days,
    coalesce(products.is_trial, master.is_trial, false) as is_trial,
    coalesce(products.is_active, master.is_active, true) as is_active,
from products
full join sold using (source, source_product_id)
left join master
    on coalesce(products.product_code, sold.line.product_code) = master.product_code;

create table marts.fct_order_lines as
with judged as (
    select
        goods.*, orders.person_id, orders.ordered_date, catalogue.product_id, catalogue.unit_cost,
        coalesce(orders.currency, 'JPY') as currency,
        case
            when coalesce(orders.exclusion_reason = 'unattributed', orders.source is null)
                then 'unattributed'
            when orders.exclusion_reason is not null then orders.exclusion_reason || '_order'
            when coalesce(quantity, 0) <= 0 then 'non_positive_quantity'
            when coalesce(unit_price, 0) <= 0 then 'non_positive_price'
        end as exclusion_reason,
        if(exclusion_reason is null, quantity - returned_quantity, 0) as kept,
    from goods
    left join orders using (source, source_order_id)
    left join catalogue using (source, source_product_id)
    where
        orders.source is not null
        or (source, source_order_id) not in (select (source, source_order_id) from all_orders)
)

select
    concat_ws(':', source, source_order_id, source_line_id) as order_line_id,
    source || ':' || source_order_id as order_id, source, person_id, ordered_date, product_id,
    product_name, quantity, returned_quantity, unit_price,
    coalesce(quantity * unit_price, 0)::decimal(18, 3) as gross_sales,
    if(exclusion_reason is null, kept * unit_price, 0)::decimal(18, 3) as net_sales,
    if(exclusion_reason is null, kept * unit_cost, 0)::decimal(18, 3) as cost,
    if(exclusion_reason is null, kept * (unit_price - unit_cost), 0)::decimal(18, 3)
        as gross_profit,
    currency, exclusion_reason is null as is_counted, exclusion_reason,
from judged;

create table marts.dim_products as
select
    catalogue.*, min(ordered_date) as first_sold_date, max(ordered_date) as last_sold_date,
    coalesce(sum(quantity - returned_quantity), 0)::bigint as units_sold,
    coalesce(sum(net_sales), 0)::decimal(18, 3) as net_sales,
from catalogue
left join (from marts.fct_order_lines where is_counted) as lines using (product_id)
group by all;
