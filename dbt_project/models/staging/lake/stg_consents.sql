with current_rows as (
    {{ current_rows(
        source('lake', 'consents'),
        ['source_consent_id'],
        where=known_by('occurred_at') ~ ' or ' ~ at_once("action in ('withdraw', 'erase')"),
        newest=true
    ) }}
),

stg_consents as (
    select
        _source || ':' || source_consent_id as consent_id,
        _source as source,
        source_consent_id,
        source_customer_id,
        line_user_id,
        email,
        channel,
        purpose,
        action,
        legal_basis,
        form_version,
        collected_by,
        email_key,
        email_status,
        {{ local_date('occurred_at') }} as occurred_date,
        occurred_at
    from current_rows
)

select * from stg_consents
