with stg_drivers as (
    select * from {{ ref('stg_drivers') }}
),

driver_features as (
    select * from {{ ref('driver_features') }}
),

rpt_drivers as (
    select
        stg_drivers.target,
        stg_drivers.method,
        stg_drivers.feature,
        driver_features.label_ja,
        driver_features.label_en,
        stg_drivers.coefficient,
        stg_drivers.low,
        stg_drivers.high,
        stg_drivers.p_value,
        stg_drivers.vif,
        stg_drivers.flag,
        stg_drivers.rows_seen as buyers,
        '関連であり因果ではない' as note_ja,
        'association, not cause' as note_en,
        {{ as_of_date() }} as as_of_date
    from stg_drivers
    inner join driver_features on stg_drivers.feature = driver_features.feature
)

select * from rpt_drivers
