with fct_web_sessions as (
    select * from {{ ref('fct_web_sessions') }}
),

acquisition_rules as (
    select * from {{ ref('acquisition_rules') }}
),

session_arrivals as (
    select
        session_id,
        lower(coalesce(utm_source, '')) as utm_source,
        lower(coalesce(utm_medium, '')) as utm_medium,
        coalesce(utm_campaign, '') <> '' as has_campaign,
        lower(coalesce(referrer, '')) as referrer
    from fct_web_sessions
),

arrivals as (
    select
        utm_source,
        utm_medium,
        has_campaign,
        referrer
    from session_arrivals
    group by utm_source, utm_medium, has_campaign, referrer
),

-- A referrer names the page before; where the link itself says more, that counts.
fitting_rules as (
    select
        arrivals.utm_source,
        arrivals.utm_medium,
        arrivals.has_campaign,
        arrivals.referrer,
        min(acquisition_rules.rule_order) as rule_order
    from arrivals
    inner join acquisition_rules
        on
            (
                acquisition_rules.field = 'utm_medium'
                and arrivals.utm_medium = acquisition_rules.token
            )
            or (
                acquisition_rules.field = 'utm_source'
                and arrivals.utm_source = acquisition_rules.token
            )
            or (
                acquisition_rules.field = 'referrer'
                and arrivals.utm_source = ''
                and arrivals.utm_medium = ''
                and not arrivals.has_campaign
                and position(acquisition_rules.token in arrivals.referrer) > 0
            )
    group by
        arrivals.utm_source, arrivals.utm_medium, arrivals.has_campaign, arrivals.referrer
),

int_web__session_channels as (
    select
        session_arrivals.session_id,
        case
            when acquisition_rules.acquisition_channel is not null
                then acquisition_rules.acquisition_channel
            when
                session_arrivals.utm_source <> ''
                or session_arrivals.utm_medium <> ''
                or session_arrivals.has_campaign
                then 'other_campaign'
            when session_arrivals.referrer <> '' then 'referral'
            else 'direct'
        end as acquisition_channel
    from session_arrivals
    left join fitting_rules
        on
            session_arrivals.utm_source = fitting_rules.utm_source
            and session_arrivals.utm_medium = fitting_rules.utm_medium
            and session_arrivals.has_campaign = fitting_rules.has_campaign
            and session_arrivals.referrer = fitting_rules.referrer
    left join acquisition_rules on fitting_rules.rule_order = acquisition_rules.rule_order
)

select * from int_web__session_channels
