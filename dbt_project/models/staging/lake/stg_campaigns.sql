with current_rows as (
    {{ current_rows(
        source('lake', 'campaigns'),
        ['campaign_code'],
        where='(started_date is null or started_date <= ' ~ as_of_date() ~ ')'
    ) }}
),

stg_campaigns as (
    select
        _source || ':' || campaign_code as campaign_id,
        _source as source,
        campaign_code,
        name,
        channel,
        currency,
        cost,
        started_date,
        ended_date,
        {{ if_known('updated_at') }} as updated_at
    from current_rows
)

select * from stg_campaigns
