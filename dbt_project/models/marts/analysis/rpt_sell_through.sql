with int_person__trials as (
    select * from {{ ref('int_person__trials') }}
),

int_person__second_sales as (
    select * from {{ ref('int_person__second_sales') }}
),

sell_through_windows as (
    select * from {{ ref('sell_through_windows') }}
),

chances as (
    select
        'trial_to_regular' as sale_kind,
        product_key,
        product_name,
        category,
        started_on,
        converted_on
    from int_person__trials
    union all
    select
        'cross_sell' as sale_kind,
        product_key,
        product_name,
        category,
        started_on,
        cross_sold_on as converted_on
    from int_person__second_sales
    union all
    select
        'up_sell' as sale_kind,
        product_key,
        product_name,
        category,
        started_on,
        up_sold_on as converted_on
    from int_person__second_sales
    where not is_trial
),

judged as (
    select
        sell_through_windows.sale_kind,
        sell_through_windows.sale_kind_ja,
        sell_through_windows.window_days,
        chances.product_key,
        chances.product_name,
        chances.category,
        {{ age_days('chances.started_on') }} >= sell_through_windows.window_days as is_matured,
        {{ dbt.datediff('chances.started_on', 'chances.converted_on', 'day') }}
        <= sell_through_windows.window_days as is_in_time
    from chances
    inner join sell_through_windows on chances.sale_kind = sell_through_windows.sale_kind
),

items as (
    select
        judged.*,
        'all' as item_kind,
        'all' as item,
        'all' as item_name
    from judged
    union all
    select
        judged.*,
        'product' as item_kind,
        product_key as item,
        coalesce(product_name, product_key) as item_name
    from judged
    union all
    select
        judged.*,
        'category' as item_kind,
        category as item,
        category as item_name
    from judged
    where category is not null
),

counted as (
    select
        sale_kind,
        max(sale_kind_ja) as sale_kind_ja,
        max(window_days) as window_days,
        item_kind,
        item,
        max(item_name) as item_name,
        count(*) as persons,
        count(case when is_matured then 1 end) as matured,
        count(case when is_matured and is_in_time then 1 end) as converted
    from items
    group by sale_kind, item_kind, item
),

rpt_sell_through as (
    select
        sale_kind,
        sale_kind_ja,
        item_kind,
        item,
        item_name,
        window_days,
        persons,
        matured,
        persons - matured as immature,
        converted,
        cast(converted as double) / nullif(matured, 0) as conversion_ratio,
        {{ as_of_date() }} as as_of_date
    from counted
)

select * from rpt_sell_through
