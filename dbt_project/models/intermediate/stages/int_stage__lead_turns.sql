with int_stage__prospects as (
    select * from {{ ref('int_stage__prospects') }}
),

int_stage__signals as (
    select * from {{ ref('int_stage__signals') }}
),

int_stage__bursts as (
    select * from {{ ref('int_stage__bursts') }}
),

int_stage__limits as (
    select * from {{ ref('int_stage__limits') }}
),

-- What opens and closes the days in which a sign counts, and a hot one.
int_stage__lead_turns as (
    select
        person_id,
        begins_on as turned_on,
        0 as interest,
        0 as heat
    from int_stage__prospects
    union all
    select
        person_id,
        signal_date as turned_on,
        1 as interest,
        is_cart as heat
    from int_stage__signals
    union all
    select
        int_stage__signals.person_id,
        {{ add_days('int_stage__signals.signal_date', 'int_stage__limits.dormant_lead_days') }}
            as turned_on,
        -1 as interest,
        0 as heat
    from int_stage__signals
    cross join int_stage__limits
    union all
    select
        int_stage__signals.person_id,
        {{ add_days('int_stage__signals.signal_date', 'int_stage__limits.hot_lead_cart_days') }}
            as turned_on,
        0 as interest,
        -1 as heat
    from int_stage__signals
    cross join int_stage__limits
    where int_stage__signals.is_cart = 1
    union all
    select
        person_id,
        hot_from as turned_on,
        0 as interest,
        1 as heat
    from int_stage__bursts
    union all
    select
        person_id,
        hot_until as turned_on,
        0 as interest,
        -1 as heat
    from int_stage__bursts
)

select * from int_stage__lead_turns
