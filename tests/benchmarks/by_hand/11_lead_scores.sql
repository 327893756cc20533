-- Lead scores: every event of a lead weighed at the end of the day, and at each earlier event.
create temp table lead_rules as
from (values
    ('product_view', 1, 7, 10, '商品閲覧', 'Product views'),
    ('search', 2, 7, 10, 'サイト内検索', 'Searches'),
    ('favorite', 5, 14, 15, 'お気に入り登録', 'Favourites'),
    ('cart_add', 15, 14, 30, 'カート投入', 'Cart'),
    ('checkout_start', 25, 7, 25, '購入手続き開始', 'Checkout begun'),
    ('mail_click', 5, 14, 20, 'メールのクリック', 'Clicks in mails'),
    ('line_tap', 5, 14, 20, 'LINEのタップ', 'Taps in LINE'),
    ('line_message', 5, 14, 15, 'LINEへの返信', 'Messages by LINE'),
    ('line_follow', 8, 30, 8, 'LINE友だち追加', 'Friend on LINE'),
    ('opt_in', 5, 30, 10, '配信の同意', 'Opt-in'),
    ('inquiry', 10, 30, 20, '問い合わせ', 'Inquiry'),
    ('member_signup', 20, 90, 20, '会員登録', 'Registration'),
    ('refusal', -50, null, 50, '配信停止', 'Unsubscribed')
) as rules (event, points, half_life, cap, label_ja, label_en);

create temp table lead_points as
with leads as (
    select person_id, registered_at from persons anti join buyers using (person_id)
),

refusals as (
    select
        person_id, occurred_at, channel, refused,
        coalesce(lag(refused) over (partition by person_id, channel order by occurred_at), false)
            as was_refused,
    from (
        select person_id, channel, occurred_at, bool_or(refuses) as refused,
        from (
            select person_id, channel, occurred_at, not is_opt_in as refuses from words
            union all
            select
                person_id, channel, occurred_at,
                event_type in ('unsubscribe', 'spam_report', 'unfollow'),
            from marts.fct_message_events
            where
                event_type in
                ('unsubscribe', 'spam_report', 'unfollow', 'resubscribe', 'follow')
        )
        group by all
    )
),

events as (
    select person_id, session_events.occurred_at, event_type as event, 1 as sign,
    from session_events inner join marts.fct_web_sessions using (session_id)
    union all
    select
        person_id, occurred_at,
        case
            when event_type = 'follow' then 'line_follow'
            when event_type = 'message_received' then 'line_message'
            when channel = 'line' then 'line_tap'
            else 'mail_click'
        end,
        1,
    from marts.fct_message_events where event_type = 'follow' or is_human_engagement
    union all
    select person_id, occurred_at, 'opt_in', 1
    from (select distinct person_id, consent_id, channel, occurred_at from words where is_opt_in)
    union all
    select coalesce(members.person_id, addresses.person_id), opened_at, 'inquiry', 1
    from (
        from raw('inquiries')
        qualify row_number() over (
            partition by _source, source_inquiry_id
            order by _version desc nulls last, _file desc, _revision desc, _row desc
        ) = 1
    ) as inquiries
    left join members using (source_customer_id)
    left join addresses on inquiries.email_key = addresses.email_key and is_sole_holder
    union all
    select person_id, registered_at, 'member_signup', 1 from leads
    union all
    select person_id, occurred_at, 'refusal', if(refused, 1, -1) from refusals
    where refused <> was_refused
)

select
    person_id, event, occurred_at, sum(sign * points)::double as points, any_value(cap) as cap,
    coalesce(any_value(half_life), 'infinity'::double) as half_life,
from events
inner join lead_rules using (event)
semi join leads using (person_id)
where tokyo_day(occurred_at) <= getvariable('as_of')
group by person_id, event, occurred_at;

create table marts.rpt_lead_scores as
with moments as (
    select distinct person_id, occurred_at as moment, false as is_last from lead_points
    union all
    select distinct person_id, getvariable('as_of') + interval 15 hours, true from lead_points
),

faded as (
    select
        person_id, moment, is_last, event, any_value(cap) as bound,
        max(occurred_at) as last_event_at,
        sum(points * 2 ** (-epoch(moment - occurred_at) / 86400 / half_life)) as gathered,
        coalesce(sum(points * 2 ** (-epoch(moment - occurred_at) / 86400 / half_life)) filter (
            occurred_at < moment
        ), 0) as before,
    from moments
    inner join lead_points using (person_id)
    where occurred_at <= moment
    group by all
),

crossings as (
    select person_id, max(moment) as crossed_threshold_at,
    from (
        select
            person_id, moment, round(sum(greatest(-bound, least(bound, gathered))), 6) as reached,
            round(sum(greatest(-bound, least(bound, before))), 6) as stood,
        from faded where not is_last
        group by person_id, moment
    )
    where reached >= 30 and stood < 30
    group by person_id
),

kinds as (
    select
        person_id, event, last_event_at,
        round(greatest(-bound, least(bound, gathered)), 6) as points_now,
        if(points_now >= 0.1, row_number() over (
            partition by person_id order by points_now desc, event
        ), null) as place,
        format('{} +{:.1f}', label_ja, points_now) as ja,
        format('{} +{:.1f}', label_en, points_now) as en,
    from faded inner join lead_rules using (event)
    where is_last
),

totals as (
    select
        person_id, round(sum(points_now), 6) as score, max(last_event_at) as last_event_at,
        list(event order by place) filter (place <= 3) as reasons,
        string_agg(ja, '、' order by place) filter (place <= 3) as reasons_ja,
        string_agg(en, ', ' order by place) filter (place <= 3) as reasons_en,
    from kinds group by person_id
)

select
    person_id, coalesce(totals.score, 0) as score,
    case
        when totals.score >= 30 then 'hot' when totals.score >= 15 then 'warm'
        when totals.score >= 5 then 'cool' else 'cold'
    end as band,
    case band when 'hot' then '高' when 'warm' then '中' when 'cool' then '低' else '反応なし' end
        as band_ja,
    coalesce(totals.score >= 30, false) as is_above_threshold, crossed_threshold_at,
    reasons[1] as reason_1, reasons[2] as reason_2, reasons[3] as reason_3, reasons_ja, reasons_en,
    last_event_at, getvariable('as_of') as as_of_date,
from (select person_id from persons anti join buyers using (person_id))
left join totals using (person_id)
left join crossings using (person_id);
