with current_rows as (
    {{ current_rows(
        source('lake', 'customers'),
        ['source_customer_id'],
        where=known_by('coalesce(registered_at, updated_at)') ~ ' or ' ~ at_once(),
        newest=var('refusals_count_at_once')
    ) }}
),

stg_customers as (
    select
        _source || ':' || source_customer_id as customer_id,
        _source as source,
        source_customer_id,
        line_user_id,
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
        -- Who has left by a later version may still have been there.
        case when is_active or {{ known_by('updated_at') }} or {{ at_once() }} then is_active end
            as is_active,
        birth_date,
        birth_key,
        {{ local_date('registered_at') }} as registered_date,
        registered_at,
        case when {{ known_by('updated_at') }} or {{ at_once() }} then updated_at end as updated_at
    from current_rows
)

select * from stg_customers
