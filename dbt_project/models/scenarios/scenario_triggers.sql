with scn_welcome as (
    select * from {{ ref('scn_welcome') }}
),

scn_first_purchase as (
    select * from {{ ref('scn_first_purchase') }}
),

scn_f2 as (
    select * from {{ ref('scn_f2') }}
),

scn_thanks as (
    select * from {{ ref('scn_thanks') }}
),

scn_review_request as (
    select * from {{ ref('scn_review_request') }}
),

scn_replenishment as (
    select * from {{ ref('scn_replenishment') }}
),

scn_cart_abandonment as (
    select * from {{ ref('scn_cart_abandonment') }}
),

scn_browse_abandonment as (
    select * from {{ ref('scn_browse_abandonment') }}
),

scn_winback as (
    select * from {{ ref('scn_winback') }}
),

scn_birthday as (
    select * from {{ ref('scn_birthday') }}
),

scn_vip as (
    select * from {{ ref('scn_vip') }}
),

scn_score_threshold as (
    select * from {{ ref('scn_score_threshold') }}
),

scenario_triggers as (
    select
        'welcome' as scenario,
        scn_welcome.*
    from scn_welcome
    union all
    select
        'first_purchase' as scenario,
        scn_first_purchase.*
    from scn_first_purchase
    union all
    select
        'f2' as scenario,
        scn_f2.*
    from scn_f2
    union all
    select
        'thanks' as scenario,
        scn_thanks.*
    from scn_thanks
    union all
    select
        'review_request' as scenario,
        scn_review_request.*
    from scn_review_request
    union all
    select
        'replenishment' as scenario,
        scn_replenishment.*
    from scn_replenishment
    union all
    select
        'cart_abandonment' as scenario,
        scn_cart_abandonment.*
    from scn_cart_abandonment
    union all
    select
        'browse_abandonment' as scenario,
        scn_browse_abandonment.*
    from scn_browse_abandonment
    union all
    select
        'winback' as scenario,
        scn_winback.*
    from scn_winback
    union all
    select
        'birthday' as scenario,
        scn_birthday.*
    from scn_birthday
    union all
    select
        'vip' as scenario,
        scn_vip.*
    from scn_vip
    union all
    select
        'score_threshold' as scenario,
        scn_score_threshold.*
    from scn_score_threshold
)

select * from scenario_triggers
