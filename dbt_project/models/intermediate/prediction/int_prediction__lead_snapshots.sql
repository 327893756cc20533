with int_prediction__leads as (
    select * from {{ ref('int_prediction__leads') }}
),

int_prediction__lead_events as (
    select * from {{ ref('int_prediction__lead_events') }}
),

int_prediction__lead_points as (
    select * from {{ ref('int_prediction__lead_points') }}
),

recent_events as (
    select
        int_prediction__lead_events.*,
        int_prediction__leads.snapshot_date,
        {{ dbt.datediff(
            'int_prediction__lead_events.event_date', 'int_prediction__leads.snapshot_date', 'day'
        ) }} as age
    from int_prediction__leads
    inner join int_prediction__lead_events
        on
            int_prediction__leads.person_id = int_prediction__lead_events.person_id
            and int_prediction__leads.snapshot_date >= int_prediction__lead_events.known_date
            and {{ add_days('int_prediction__leads.snapshot_date', -28) }}
            < int_prediction__lead_events.event_date
),

acts as (
    select
        person_id,
        snapshot_date,
        sum(case when age < 7 then product_views else 0 end) as product_views_7d,
        sum(product_views) as product_views_28d,
        sum(case when age < 7 then searches else 0 end) as searches_7d,
        sum(searches) as searches_28d,
        sum(case when age < 7 then cart_adds else 0 end) as cart_adds_7d,
        sum(cart_adds) as cart_adds_28d,
        sum(case when age < 7 then checkouts else 0 end) as checkouts_7d,
        sum(checkouts) as checkouts_28d,
        sum(case when age < 7 then mail_clicks else 0 end) as mail_clicks_7d,
        sum(mail_clicks) as mail_clicks_28d,
        sum(case when age < 7 then line_taps else 0 end) as line_taps_7d,
        sum(line_taps) as line_taps_28d
    from recent_events
    group by person_id, snapshot_date
),

int_prediction__lead_snapshots as (
    select
        int_prediction__leads.person_id,
        int_prediction__leads.snapshot_date,
        int_prediction__leads.bought_within_14d,
        int_prediction__leads.days_known,
        coalesce(int_prediction__lead_points.points, 0) as points,
        coalesce(acts.product_views_7d, 0) as product_views_7d,
        coalesce(acts.product_views_28d, 0) as product_views_28d,
        coalesce(acts.searches_7d, 0) as searches_7d,
        coalesce(acts.searches_28d, 0) as searches_28d,
        coalesce(acts.cart_adds_7d, 0) as cart_adds_7d,
        coalesce(acts.cart_adds_28d, 0) as cart_adds_28d,
        coalesce(acts.checkouts_7d, 0) as checkouts_7d,
        coalesce(acts.checkouts_28d, 0) as checkouts_28d,
        coalesce(acts.mail_clicks_7d, 0) as mail_clicks_7d,
        coalesce(acts.mail_clicks_28d, 0) as mail_clicks_28d,
        coalesce(acts.line_taps_7d, 0) as line_taps_7d,
        coalesce(acts.line_taps_28d, 0) as line_taps_28d
    from int_prediction__leads
    left join acts
        on
            int_prediction__leads.person_id = acts.person_id
            and int_prediction__leads.snapshot_date = acts.snapshot_date
    left join int_prediction__lead_points
        on
            int_prediction__leads.person_id = int_prediction__lead_points.person_id
            and int_prediction__leads.snapshot_date = int_prediction__lead_points.snapshot_date
)

select * from int_prediction__lead_snapshots
