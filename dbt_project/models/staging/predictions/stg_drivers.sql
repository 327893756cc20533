with drivers as (
    select * from {{ source('predictions', 'drivers') }}
),

stg_drivers as (
    select
        target,
        method,
        feature,
        coefficient,
        low,
        high,
        p_value,
        vif,
        flag,
        rows_seen
    from drivers
)

select * from stg_drivers
