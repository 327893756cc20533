with int_orders__attributed as (
    select * from {{ ref('int_orders__attributed') }}
),

int_orders__deliveries as (
    select * from {{ ref('int_orders__deliveries') }}
),

fct_order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

-- Goods are lines of something at a price; a refund line or a gift has no part in the amounts.
order_totals as (
    select
        order_id,
        count(*) as counted_lines,
        sum(gross_sales) as counted_sales,
        sum(net_sales) as kept_sales,
        case when count(*) = count(cost) then sum(cost) end as cost
    from fct_order_lines
    where is_counted
    group by order_id
),

goods_totals as (
    select
        order_id,
        sum(gross_sales) as gross_sales
    from fct_order_lines
    where quantity > 0 and unit_price > 0
    group by order_id
),

judged_orders as (
    select
        int_orders__attributed.*,
        goods_totals.gross_sales,
        order_totals.counted_sales,
        order_totals.kept_sales,
        order_totals.cost,
        int_orders__deliveries.delivered_at,
        int_orders__attributed.exclusion_reason is null
        and order_totals.order_id is not null as is_purchase
    from int_orders__attributed
    left join order_totals on int_orders__attributed.order_id = order_totals.order_id
    left join goods_totals on int_orders__attributed.order_id = goods_totals.order_id
    left join int_orders__deliveries
        on int_orders__attributed.order_id = int_orders__deliveries.order_id
),

numbered_orders as (
    select
        *,
        case
            when is_purchase then counted_sales - kept_sales
            when status = 'returned' then coalesce(gross_sales, 0)
            else 0
        end as returned_amount,
        case when is_purchase then kept_sales - discount else 0 end as net_sales,
        case
            when is_purchase
                then cast(dense_rank() over (
                    partition by person_id, is_purchase order by {{ purchase_sequence() }}
                ) as bigint)
        end as purchase_no
    from judged_orders
),

fct_orders as (
    select
        order_id,
        source,
        source_order_id,
        person_id,
        source_customer_id,
        ordered_at,
        ordered_date,
        status,
        sales_channel,
        campaign_code,
        currency,
        {{ money('coalesce(gross_sales, 0)') }} as gross_sales,
        {{ money('discount') }} as discount,
        {{ money('shipping_fee') }} as shipping_fee,
        {{ money('returned_amount') }} as returned_amount,
        {{ money('net_sales') }} as net_sales,
        {{ money('case when is_purchase then cost else 0 end') }} as cost,
        {{ money('case when is_purchase then net_sales - cost else 0 end') }} as gross_profit,
        is_purchase,
        case when not is_purchase then coalesce(exclusion_reason, 'no_valid_line') end
            as exclusion_reason,
        purchase_no,
        coalesce(purchase_no = 1, false) as is_first_purchase,
        delivered_at,
        is_purchase
        and delivered_at is null
        and status <> 'delivered'
        and {{ age_days('ordered_date') }} <= {{ var('open_delivery_max_days') }}
            as is_open_delivery,
        source_total
    from numbered_orders
)

select * from fct_orders
