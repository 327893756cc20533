with current_rows as (
    {{ current_rows(source('lake', 'campaigns'), ['campaign_code']) }}
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
        updated_at
    from current_rows
)

select * from stg_campaigns
