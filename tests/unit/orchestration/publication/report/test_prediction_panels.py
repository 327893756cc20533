"""Clusters, drivers and the lead model, as a marketer reads them."""

from __future__ import annotations

from collections.abc import Callable

from orchestration.publication.report.panel import Content, Panel
from orchestration.publication.report.themes.predictions.drivers import DRIVERS
from orchestration.publication.report.themes.predictions.lead_model import LEAD_MODEL
from orchestration.publication.report.themes.segmentation.clusters import CLUSTERS


def clusters_sql(stability: float) -> str:
    return f"""
    insert into marts.rpt_cluster_profiles by name
    select
        number as cluster_no, label as label_ja, 'en ' || label as label_en, persons,
        persons / 100 as share, 20 as median_recency_days, 3 as median_purchase_count,
        12345 as median_net_sales, {stability} as stability, 0.5 as z_recency_days,
        -1.25 as z_purchase_count, 0 as z_net_sales, 0 as z_interval_days, 0 as z_category_count,
        0 as z_discount_share
    from (values (1, '高額', 40), (2, '最近購入', 60)) t(number, label, persons)
    """


def driver_sql(low: float) -> str:
    return f"""
    insert into marts.rpt_drivers by name
    select
        'bought_again_180d' as target, 'logistic' as method, feature, feature as label_ja,
        feature as label_en, coefficient, low, high, 0.01 as p_value, 1.2 as vif, flag,
        1204 as buyers
    from (
        values ('小', 0.2, 0.1, 0.3, null), ('大', -0.4, -0.5, {low}, null),
        ('重なり', 0.9, 0.8, 1.0, 'collinear'), ('一定', null, null, null, 'constant')
    ) t(feature, coefficient, low, high, flag)
    """


def lead_sql(models: str) -> str:
    return f"""
    insert into marts.rpt_lead_model by name
    select
        model, model = 'logistic' as is_default, 400 as leads, 40 as buyers, auc,
        3.5 as top_decile_lift, date '2026-09-26' as test_from, date '2026-10-17' as test_to
    from (values {models}) t(model, auc);
    insert into marts.rpt_lead_lifts by name
    select model, decile, 1 as lift
    from (values {models}) t(model, auc), range(1, 11) d(decile)
    """


def test_clusters_name_the_largest(panel_of: Callable[[Panel, str], Content]) -> None:
    content = panel_of(CLUSTERS, clusters_sql(0.9))

    assert content.reading.ja == (
        "購入者は2つのクラスターに分かれ、最も大きい「最近購入」は60人（60.0%）です。"
    )
    assert content.numbers is not None
    assert [cell.ja for cell in content.numbers.rows[0]][:3] == ["1 高額", "40", "40.0%"]


def test_clusters_warn_when_other_samples_form_others(
    panel_of: Callable[[Panel, str], Content],
) -> None:
    content = panel_of(CLUSTERS, clusters_sql(0.5))

    assert (
        "borders are blurred (grouping other buyers of the shop anew agrees to 0.50"
        in content.reading.en
    )


def test_drivers_name_the_strongest_that_is_clear_and_warn(
    panel_of: Callable[[Panel, str], Content],
) -> None:
    # Stronger still, and blurred by others: not the one to name.
    content = panel_of(DRIVERS, driver_sql(-0.3))

    assert content.reading.ja == (
        "2回目の購入と最も強く結びついているのは「大」で、あてはまる人（値の大きい人）ほど"
        "2回目を購入しにくい傾向です（対象1,204人）。関連であり因果ではありません。"
    )
    assert content.numbers is not None
    assert [row[0].ja for row in content.numbers.rows] == ["重なり", "大", "小", "一定"]


def test_drivers_pass_over_an_interval_that_reaches_0(
    panel_of: Callable[[Panel, str], Content],
) -> None:
    content = panel_of(DRIVERS, driver_sql(0.0))

    assert "「小」で、あてはまる人（値の大きい人）ほど2回目を購入しやすい" in content.reading.ja


def test_lead_model_stands_beside_the_points(panel_of: Callable[[Panel, str], Content]) -> None:
    content = panel_of(LEAD_MODEL, lead_sql("('logistic', 0.8), ('points', 0.7)"))

    assert content.reading.ja == (
        "予測確率で並べた上位10％の人は、平均の3.50倍の割合で購入しました（検証期間の購入40人）。"
        "見込み度点数で並べるよりよく当たっています。"
    )


def test_lead_model_claims_no_win_when_both_rank_alike(
    panel_of: Callable[[Panel, str], Content],
) -> None:
    content = panel_of(LEAD_MODEL, lead_sql("('logistic', 0.7), ('points', 0.7)"))

    assert content.reading.ja.endswith("見込み度点数で並べても、当たり方は同じくらいです。")


def test_lead_model_alone_says_so(panel_of: Callable[[Panel, str], Content]) -> None:
    content = panel_of(LEAD_MODEL, lead_sql("('points', 0.7)"))

    assert "nothing to compare them with yet" in content.reading.en
