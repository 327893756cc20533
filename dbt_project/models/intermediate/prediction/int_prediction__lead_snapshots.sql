{% set acts = [
    'product_views', 'searches', 'cart_adds', 'checkouts', 'mail_clicks', 'line_taps'
] %}

with int_prediction__leads as (
    select * from {{ ref('int_prediction__leads') }}
),

int_prediction__lead_events as (
    select * from {{ ref('int_prediction__lead_events') }}
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
            and int_prediction__lead_events.known_date <= int_prediction__leads.snapshot_date
            and int_prediction__lead_events.event_date
            > {{ add_days('int_prediction__leads.snapshot_date', -28) }}
),

acts as (
    select
        person_id,
        snapshot_date,
        {% for act in acts -%}
        sum(case when age < 7 then {{ act }} else 0 end) as {{ act }}_7d,
        sum({{ act }}) as {{ act }}_28d
        {{- "," if not loop.last }}
        {% endfor %}
    from recent_events
    group by person_id, snapshot_date
),

int_prediction__lead_snapshots as (
    select
        int_prediction__leads.person_id,
        int_prediction__leads.snapshot_date,
        int_prediction__leads.bought_within_14d,
        int_prediction__leads.days_known,
        cast(null as double precision) as points,
        {% for act in acts -%}
        coalesce(acts.{{ act }}_7d, 0) as {{ act }}_7d,
        coalesce(acts.{{ act }}_28d, 0) as {{ act }}_28d
        {{- "," if not loop.last }}
        {% endfor %}
    from int_prediction__leads
    left join acts
        on
            int_prediction__leads.person_id = acts.person_id
            and int_prediction__leads.snapshot_date = acts.snapshot_date
)

select * from int_prediction__lead_snapshots
