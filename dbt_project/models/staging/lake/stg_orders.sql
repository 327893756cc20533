with current_rows as (
    {{ current_rows(source('lake', 'orders'), ['source_order_id']) }}
),

stg_orders as (
    select
        _source || ':' || source_order_id as order_id,
        _source as source,
        source_order_id,
        source_customer_id,
        anonymous_id,
        source_subscription_id,
        status,
        currency,
        coupon_code,
        campaign_code,
        sales_channel,
        payment_method,
        family_name,
        given_name,
        family_name_kana,
        given_name_kana,
        company_name,
        email,
        phone,
        postal_code,
        prefecture,
        address_line1,
        address_line2,
        country,
        gender,
        email_key,
        email_status,
        name_key,
        subtotal,
        coalesce(discount, 0) as discount,
        coalesce(shipping_fee, 0) as shipping_fee,
        tax,
        total,
        birth_date,
        {{ local_date('ordered_at') }} as ordered_date,
        ordered_at,
        paid_at,
        updated_at
    from current_rows
)

select * from stg_orders
