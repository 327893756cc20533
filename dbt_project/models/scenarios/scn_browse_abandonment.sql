with int_person__web_actions as (
    select * from {{ ref('int_person__web_actions') }}
),

scenario_settings as (
    select * from {{ ref('scenario_settings') }}
),

viewed as (
    select
        person_id,
        occurred_date,
        product_id,
        count(*) as views,
        max(occurred_at) as last_viewed_at
    from int_person__web_actions
    where event_type = 'product_view' and product_id is not null
    group by person_id, occurred_date, product_id
),

carted as (
    select
        person_id,
        occurred_date
    from int_person__web_actions
    where event_type = 'cart_add'
    group by person_id, occurred_date
),

ranked as (
    select
        viewed.*,
        row_number() over (
            partition by viewed.person_id, viewed.occurred_date
            order by viewed.views desc, viewed.last_viewed_at desc, viewed.product_id asc
        ) as place
    from viewed
    left join carted
        on viewed.person_id = carted.person_id and viewed.occurred_date = carted.occurred_date
    where carted.person_id is null
),

scn_browse_abandonment as (
    select
        ranked.person_id,
        cast(ranked.occurred_date as {{ dbt.type_string() }}) as occurrence,
        ranked.last_viewed_at as anchor_at,
        ranked.product_id,
        'looked at a product again and again' as why
    from ranked
    cross join scenario_settings
    where ranked.place = 1 and ranked.views >= scenario_settings.browse_least_views
)

select * from scn_browse_abandonment
