-- What Python left of clusters, drivers and the lead model; the tables around it made by hand.
create temp macro analysed(name) as table
from read_parquet(getvariable('lake') || '/predictions/' || name || '.parquet');

create table marts.rpt_analysis_runs as
select *, getvariable('as_of')::date as as_of_date
from (
    from analysed('cluster_runs')
    union all
    from analysed('driver_runs')
    union all
    from analysed('lead_runs')
);

create table marts.rpt_clusters as
select
    person_id, cluster_no, label_ja as cluster_label_ja, label_en as cluster_label_en, distance,
    medoid_rank, getvariable('as_of')::date as as_of_date,
from analysed('clusters')
join analysed('cluster_profiles') using (cluster_no);

create table marts.rpt_cluster_profiles as
select
    profiles.* replace (median_net_sales::decimal(18, 3) as median_net_sales),
    person_id as medoid_person_id, 'JPY' as currency, getvariable('as_of')::date as as_of_date,
from analysed('cluster_profiles') as profiles
left join (from analysed('clusters') where medoid_rank = 1) using (cluster_no);

create table marts.rpt_drivers as
select
    target, method, feature, label_ja, label_en, coefficient, low, high, p_value, vif, flag,
    rows_seen as buyers, '関連であり因果ではない' as note_ja, 'association, not cause' as note_en,
    getvariable('as_of')::date as as_of_date,
from analysed('drivers')
join (
    values
    ('first_sales', '初回購入金額（対数）', 'first purchase amount (log)'),
    ('first_pieces', '初回購入点数（対数）', 'pieces in the first purchase (log)'),
    ('first_categories', '初回購入カテゴリ数', 'categories in the first purchase'),
    ('first_discount_share', '初回値引き率', 'discount share of the first purchase'),
    ('first_delivery_days', '初回配送日数', 'days to deliver the first purchase'),
    ('first_elsewhere', '自社サイト以外で初回購入', 'first purchase outside the own shop'),
    ('first_by_campaign', 'キャンペーン経由の初回購入', 'first purchase by a campaign'),
    ('first_by_subscription', '定期購入での初回購入', 'first purchase by subscription'),
    ('first_with_trial', 'トライアル商品での初回購入', 'first purchase with a trial product'),
    ('was_member', '初回購入時に会員', 'member at the first purchase')
) as names (feature, label_ja, label_en) using (feature);

create table marts.rpt_lead_model as
select
    model, auc = max(auc) over () and (model = 'points' or auc > coalesce(max(auc) filter (
        where model = 'points'
    ) over (), 0)) as is_default,
    * exclude (model), getvariable('as_of')::date as as_of_date,
from analysed('lead_models');

create table marts.rpt_lead_lifts as
select *, getvariable('as_of')::date as as_of_date
from analysed('lead_lifts');

create table marts.rpt_lead_coefficients as
select *, getvariable('as_of')::date as as_of_date
from analysed('lead_coefficients');

create table marts.rpt_lead_probabilities as
select
    person_id, probability, lift, band,
    ['見込み最上位', '見込み高', '見込み中', '見込み低', '見込み最下位'][band] as band_label_ja,
    ['hottest', 'hot', 'warm', 'cool', 'cold'][band] as band_label_en, score,
    row_number() over (order by probability desc, person_id) as lead_rank,
    getvariable('as_of')::date as as_of_date,
from (
    select
        person_id, probability, probability / base_rate as lift,
        case
            when lift >= 4 then 1 when lift >= 2 then 2 when lift >= 1 then 3
            when lift >= 0.5 then 4 else 5
        end as band,
    from analysed('lead_probabilities')
    cross join (select base_rate from analysed('lead_models') where model = 'logistic')
)
left join (select person_id, score from marts.rpt_lead_scores) using (person_id);
