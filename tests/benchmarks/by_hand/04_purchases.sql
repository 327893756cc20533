-- Orders with their amounts, and the purchases that they make up.
create table marts.fct_orders as
with arrivals as (
    select
        source, source_order_id,
        if(count(*) = count(arrived_at), max(arrived_at), null) as delivered_at,
    from (
        select
            parcels.source, parcels.source_order_id,
            coalesce(parcels.delivered_at, carrier.delivered_at) as known_at,
            if(tokyo_day(known_at) <= getvariable('as_of'), known_at, null) as arrived_at,
        from parcels
        left join (
            select tracking_number, max(delivered_at) as delivered_at from parcels
            where source_order_id is null and tracking_number is not null
            group by tracking_number
        ) as carrier using (tracking_number)
        where parcels.source_order_id is not null
    )
    group by source, source_order_id
),

amounts as (
    select
        order_id, sum(gross_sales) filter (quantity > 0 and unit_price > 0) as gross_sales,
        sum(gross_sales) filter (is_counted) as counted, sum(net_sales) filter (is_counted) as kept,
        if(
            count(*) filter (is_counted) = count(cost) filter (is_counted),
            sum(cost) filter (is_counted), null
        ) as cost,
    from marts.fct_order_lines
    group by order_id
),

judged as (
    select
        orders.*, amounts.*, arrivals.delivered_at,
        orders.exclusion_reason is null and counted is not null as is_purchase,
        if(is_purchase, kept - discount, 0) as net_sales,
    from (select *, source || ':' || source_order_id as order_id from orders) as orders
    left join amounts using (order_id)
    left join arrivals using (source, source_order_id)
)

select
    order_id, source, source_order_id, person_id, source_customer_id, ordered_at, ordered_date,
    status, sales_channel, campaign_code, currency,
    coalesce(gross_sales, 0)::decimal(18, 3) as gross_sales,
    discount::decimal(18, 3) as discount, shipping_fee::decimal(18, 3) as shipping_fee,
    case
        when is_purchase then counted - kept
        when status = 'returned' then coalesce(judged.gross_sales, 0)
        else 0
    end::decimal(18, 3) as returned_amount,
    net_sales::decimal(18, 3) as net_sales,
    if(is_purchase, cost, 0)::decimal(18, 3) as cost,
    if(is_purchase, judged.net_sales - cost, 0)::decimal(18, 3) as gross_profit,
    is_purchase,
    if(is_purchase, null, coalesce(exclusion_reason, 'no_valid_line')) as exclusion_reason,
    if(
        is_purchase,
        dense_rank() over (partition by person_id, is_purchase order by ordered_date), null
    ) as purchase_no,
    coalesce(purchase_no = 1, false) as is_first_purchase, delivered_at,
    is_purchase and delivered_at is null and status <> 'delivered' and age_days(ordered_date) <= 30
        as is_open_delivery,
    total as source_total,
from judged;

create temp table purchases as
select
    person_id, purchase_no, min(ordered_date) as purchase_date, sum(net_sales) as net_sales,
    if(count(*) = count(delivered_at), max(delivered_at), null) as delivered_at,
from marts.fct_orders
where is_purchase
group by person_id, purchase_no;

create temp table buyers as
select
    person_id, count(*) as purchase_count, min(purchase_date) as first_purchase_date,
    max(purchase_date) as last_purchase_date, sum(net_sales) as net_sales,
    max(delivered_at) filter (purchase_no = 1) as first_delivered_at,
    max(purchase_date) filter (purchase_no = 2) as second_purchase_date,
from purchases
group by person_id;

-- The dearest line stands for a purchase.
create temp table tastes as
with bought as (
    select
        orders.person_id, orders.source, purchase_no, lines.product_id, product_name, category,
        lines.net_sales, order_line_id,
    from marts.fct_order_lines as lines
    inner join marts.fct_orders as orders using (order_id)
    left join catalogue using (product_id)
    where is_counted and is_purchase
),

favourites as (
    select
        person_id, count(*) as category_count,
        arg_min(category, (-category_sales, category)) as favourite_category,
    from (
        select person_id, category, sum(net_sales) as category_sales from bought
        where category is not null group by person_id, category
    )
    group by person_id
)

select
    person_id, any_value(favourite_category) as favourite_category,
    coalesce(any_value(category_count), 0) as category_count,
    arg_min(
        {source: bought.source, product_id: product_id, product_name: product_name},
        (purchase_no, -net_sales, order_line_id)
    ) as first_line,
    arg_min({product_name: product_name}, (-purchase_no, -net_sales, order_line_id)) as last_line,
from bought left join favourites using (person_id)
group by person_id;
