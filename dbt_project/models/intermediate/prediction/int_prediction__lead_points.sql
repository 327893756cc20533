{% set acts = {
    'product_view': 'product_views',
    'search': 'searches',
    'cart_add': 'cart_adds',
    'checkout_start': 'checkouts',
    'mail_click': 'mail_clicks',
    'line_tap': 'line_taps',
} %}

with int_prediction__leads as (
    select * from {{ ref('int_prediction__leads') }}
),

int_prediction__lead_events as (
    select * from {{ ref('int_prediction__lead_events') }}
),

lead_score_rules as (
    select * from {{ ref('lead_score_rules') }}
),

acts as (
    {% for event, column in acts.items() -%}
    select
        person_id,
        event_date,
        known_date,
        '{{ event }}' as event,
        {{ column }} as events
    from int_prediction__lead_events
    where {{ column }} > 0
    {{- "\n    union all\n    " if not loop.last }}
    {%- endfor %}
),

-- Of acts older than this nothing is left to speak of, whatever day of the week they fell on.
kind_points as (
    select
        int_prediction__leads.person_id,
        int_prediction__leads.snapshot_date,
        least(
            cast(lead_score_rules.cap as double),
            sum(
                acts.events * lead_score_rules.points * power(
                    0.5,
                    {{ dbt.datediff(
                        'acts.event_date', 'int_prediction__leads.snapshot_date', 'day'
                    ) }} / cast(lead_score_rules.half_life_days as double)
                )
            )
        ) as points
    from int_prediction__leads
    inner join acts
        on
            int_prediction__leads.person_id = acts.person_id
            and int_prediction__leads.snapshot_date >= acts.known_date
            and {{ add_days('int_prediction__leads.snapshot_date', -90) }} < acts.event_date
    inner join lead_score_rules on acts.event = lead_score_rules.event
    group by
        int_prediction__leads.person_id,
        int_prediction__leads.snapshot_date,
        lead_score_rules.event,
        lead_score_rules.cap
),

int_prediction__lead_points as (
    select
        person_id,
        snapshot_date,
        sum(points) as points
    from kind_points
    group by person_id, snapshot_date
)

select * from int_prediction__lead_points
