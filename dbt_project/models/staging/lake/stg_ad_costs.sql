with current_rows as (
    {{ current_rows(
        source('lake', 'ad_costs'),
        ['cost_date', 'utm_source', 'utm_medium', 'utm_campaign'],
        where='cost_date <= ' ~ as_of_date(),
        newest=true
    ) }}
),

stg_ad_costs as (
    select
        _source as source,
        utm_source,
        utm_medium,
        utm_campaign,
        currency,
        impressions,
        clicks,
        cost,
        cost_date
    from current_rows
)

select * from stg_ad_costs
