with shipments as (
    select * from {{ source('lake', 'shipments') }}
),

current_rows as (
    {{ current_rows(
        source('lake', 'orders'),
        ['source_order_id'],
        where=known_by('ordered_at') ~ ' or ' ~ at_once()
    ) }}
),

first_parcels as (
    select
        _source,
        source_order_id,
        min(shipped_at) as left_at
    from shipments
    where source_order_id is not null and shipped_at is not null
    group by _source, source_order_id
),

judged_rows as (
    select
        current_rows.*,
        first_parcels.left_at is not null and {{ known_by('first_parcels.left_at') }} as has_left,
        current_rows.status not in ('new', 'pending')
        and not (
            {{ known_by('current_rows.updated_at') }}
            and {{ known_by('current_rows._version') }}
            and {{ known_by('current_rows.paid_at') }}
            and (
                current_rows.status not in ('shipped', 'delivered')
                or {{ known_by('first_parcels.left_at') }}
            )
        ) as is_later_state
    from current_rows
    left join first_parcels
        on
            current_rows._source = first_parcels._source
            and current_rows.source_order_id = first_parcels.source_order_id
),

stg_orders as (
    select
        _source || ':' || source_order_id as order_id,
        _source as source,
        source_order_id,
        source_customer_id,
        anonymous_id,
        source_subscription_id,
        -- A state reached after as_of_date shrinks to what the order's times prove by then.
        case
            when not is_later_state then status
            when has_left then 'shipped'
            when paid_at is not null and {{ known_by('paid_at') }} then 'paid'
            else 'pending'
        end as status,
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
        email_loose_key,
        phone_key,
        phone_kind,
        name_key,
        name_loose_key,
        given_name_key,
        family_name_key,
        kana_key,
        given_kana_key,
        romaji_key,
        postal_key,
        address_key,
        company_key,
        subtotal,
        coalesce(discount, 0) as discount,
        coalesce(shipping_fee, 0) as shipping_fee,
        tax,
        total,
        birth_date,
        birth_key,
        {{ local_date('ordered_at') }} as ordered_date,
        ordered_at,
        {{ if_known('paid_at') }} as paid_at,
        {{ if_known('updated_at') }} as updated_at
    from judged_rows
)

select * from stg_orders
