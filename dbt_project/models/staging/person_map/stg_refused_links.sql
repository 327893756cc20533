with refused_links as (
    select * from {{ source('identity', 'refused_links') }}
),

stg_refused_links as (
    select
        left_record,
        right_record,
        rule,
        tier,
        reason
    from refused_links
)

select * from stg_refused_links
