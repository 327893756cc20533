with stg_order_lines as (
    select * from {{ ref('stg_order_lines') }}
),

stg_orders as (
    select * from {{ ref('stg_orders') }}
),

int_orders__attributed as (
    select * from {{ ref('int_orders__attributed') }}
),

int_products__attributes as (
    select * from {{ ref('int_products__attributes') }}
),

judged_lines as (
    select
        stg_order_lines.*,
        int_orders__attributed.person_id,
        int_orders__attributed.ordered_date,
        coalesce(int_orders__attributed.currency, '{{ var("currency") }}') as currency,
        int_products__attributes.product_id,
        int_products__attributes.unit_cost,
        case
            when int_orders__attributed.order_id is null then 'unattributed'
            when int_orders__attributed.exclusion_reason = 'unattributed' then 'unattributed'
            when int_orders__attributed.exclusion_reason is not null
                then int_orders__attributed.exclusion_reason || '_order'
            when coalesce(stg_order_lines.quantity, 0) <= 0 then 'non_positive_quantity'
            when coalesce(stg_order_lines.unit_price, 0) <= 0 then 'non_positive_price'
        end as exclusion_reason
    from stg_order_lines
    left join stg_orders
        on
            stg_order_lines.source = stg_orders.source
            and stg_order_lines.source_order_id = stg_orders.source_order_id
    left join int_orders__attributed on stg_orders.order_id = int_orders__attributed.order_id
    left join int_products__attributes
        on
            stg_order_lines.source = int_products__attributes.source
            and stg_order_lines.source_product_id = int_products__attributes.source_product_id
    where
        stg_order_lines.line_kind = 'item'
        -- A line whose order was refused stays, so that nothing is lost without a count.
        and (stg_orders.order_id is null or int_orders__attributed.order_id is not null)
),

counted_lines as (
    select
        *,
        exclusion_reason is null as is_counted,
        case
            when exclusion_reason is null then quantity - returned_quantity else 0
        end as kept_quantity
    from judged_lines
),

fct_order_lines as (
    select
        order_line_id,
        source || ':' || source_order_id as order_id,
        source,
        person_id,
        ordered_date,
        product_id,
        product_name,
        quantity,
        returned_quantity,
        unit_price,
        {{ money('coalesce(quantity * unit_price, 0)') }} as gross_sales,
        {{ money('case when is_counted then kept_quantity * unit_price else 0 end') }} as net_sales,
        {{ money('case when is_counted then kept_quantity * unit_cost else 0 end') }} as cost,
        {{ money('case when is_counted then kept_quantity * (unit_price - unit_cost) else 0 end') }}
            as gross_profit,
        currency,
        is_counted,
        exclusion_reason
    from counted_lines
)

select * from fct_order_lines
