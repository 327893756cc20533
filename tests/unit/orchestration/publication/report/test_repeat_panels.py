"""What the panels of the repeat page say of tables filled by hand."""

from __future__ import annotations

from collections.abc import Callable

from orchestration.publication.report.panel import Content, Panel
from orchestration.publication.report.themes.repeat.curves import CURVE
from orchestration.publication.report.themes.repeat.f2 import F2, F2_PRODUCTS
from orchestration.publication.report.themes.repeat.ltv import LTV
from orchestration.publication.report.themes.repeat.monthly import MONTHS
from orchestration.publication.report.themes.repeat.second_sales import SECOND_SALES
from orchestration.publication.report.themes.repeat.subscriptions import CANCELLATIONS, DELIVERIES

PanelOf = Callable[..., Content | None]


def rows_of(panel_of: PanelOf, panel: Panel, *statements: str) -> tuple[str, list[list[str]]]:
    """The Japanese reading and the Japanese cells of the numbers."""
    content = panel_of(panel, *statements)
    assert content is not None
    assert content.figures is not None
    assert content.numbers is not None
    return content.reading.ja, [[cell.ja for cell in row] for row in content.numbers.rows]


def test_f2_tells_the_share_within_90_days_and_who_is_too_recent(panel_of: PanelOf) -> None:
    reading, numbers = rows_of(
        panel_of,
        F2,
        """
        insert into marts.rpt_f2_conversion by name
        select 'all' as dimension, 'all' as dimension_value, 'all' as value_name,
            n as purchase_no, w as window_days, 10 as buyers, m as matured, 10 - m as immature,
            c as converted
        from (values (1, 30, 9, 3), (1, 90, 8, 4), (2, 30, 0, 0)) as t (n, w, m, c)
        """,
    )
    assert reading == "初回購入者の50.0%が90日以内に2回目を購入しています（対象8人、判定待ち2人）。"
    assert numbers == [
        ["F1→F2", "30日", "9", "1", "3", "33.3%"],
        ["F1→F2", "90日", "8", "2", "4", "50.0%"],
        ["F2→F3", "30日", "0", "10", "0", "–"],
    ]


PRODUCTS = """
    insert into marts.rpt_f2_conversion by name
    select 'first_product' as dimension, p as dimension_value, p as value_name,
        1 as purchase_no, 90 as window_days, m as buyers, m as matured, 0 as immature,
        c as converted
    from (values {}) as t (p, m, c)
"""


def test_f2_by_product_compares_products_with_enough_buyers(panel_of: PanelOf) -> None:
    reading, numbers = rows_of(
        panel_of, F2_PRODUCTS, PRODUCTS.format("('茶', 20, 5), ('none', 10, 3), ('飴', 9, 9)")
    )
    assert reading == (
        "「不明」から始めた人の30.0%が90日以内に2回目を購入し、"
        "商品の中で最も高い割合です（対象10人）。"
    )
    assert [row[0] for row in numbers] == ["茶", "不明", "飴"]


def test_f2_by_product_does_not_compare_when_buyers_are_few(panel_of: PanelOf) -> None:
    content = panel_of(F2_PRODUCTS, PRODUCTS.format("('茶', 9, 5)"))
    assert content is not None
    assert content.figures is None
    assert content.reading.ja == "対象が10人以上の商品がまだないため、商品の比較はできません。"


CURVE_ROWS = """
    insert into marts.rpt_repurchase_curves by name
    select 'all' as dimension, 1 as purchase_no, d as days, r as at_risk, c as converted_ratio,
        c - 0.1 as converted_low, c + 0.1 as converted_high
    from (values {}) as t (d, r, c)
"""


def test_curve_reads_the_last_estimate_up_to_a_day(panel_of: PanelOf) -> None:
    reading, numbers = rows_of(
        panel_of, CURVE, CURVE_ROWS.format("(0, 40, 0.0), (20, 30, 0.2), (80, 9, 0.5), (95, 1, .5)")
    )
    assert reading == "初回購入から90日以内に2回目を購入する人は50.0%と推定されます（対象40人）。"
    assert numbers == [
        ["30日", "30", "20.0%", "10.0%", "30.0%"],
        ["60日", "30", "20.0%", "10.0%", "30.0%"],
        ["90日", "9", "50.0%", "40.0%", "60.0%"],
    ]


def test_curve_estimates_nothing_beyond_the_days_it_has_seen(panel_of: PanelOf) -> None:
    reading, _ = rows_of(panel_of, CURVE, CURVE_ROWS.format("(0, 40, 0.0), (89, 30, 0.2)"))
    assert reading == "初回購入から90日たった人がまだいないため、90日の割合は推定できません。"


def test_ltv_follows_only_cohorts_that_are_old_enough(panel_of: PanelOf) -> None:
    reading, numbers = rows_of(
        panel_of,
        LTV,
        "insert into marts.fct_orders by name select 'o' as order_id, 'JPY' as currency",
        """
        insert into marts.rpt_cohort_ltv by name
        select d as dimension, v as dimension_value, v as value_name, m as cohort_month,
            s as months_since, n as cohort_size, a as cumulative_net_sales, c as is_complete
        from (values
            ('all', 'all', date '2026-08-01', 0, 20, 20000, true),
            ('all', 'all', date '2026-08-01', 1, 20, 30000, true),
            ('all', 'all', date '2026-08-01', 2, 20, 90000, false),
            ('all', 'all', date '2026-09-01', 0, 50, 90000, true),
            ('all', 'all', date '2026-09-01', 1, 50, 90000, false),
            ('channel', 'mall', date '2026-08-01', 0, 12, 12000, true),
            ('channel', 'mall', date '2026-08-01', 1, 12, 24000, true),
            ('channel', 'direct', date '2026-08-01', 0, 8, 8000, true),
            ('channel', 'direct', date '2026-08-01', 1, 8, 8000, true)
        ) as t (d, v, m, s, n, a, c)
        """,
    )
    assert reading == (
        "新規顧客1人の累計売上は、初回購入の月の¥1,000から1か月後に¥1,500になります（対象20人）。"
    )
    assert numbers == [["全体", "20", "¥1,000", "¥1,500"], ["モール", "12", "¥1,000", "¥2,000"]]


def test_months_tell_the_last_finished_one(panel_of: PanelOf) -> None:
    reading, numbers = rows_of(
        panel_of,
        MONTHS,
        """
        insert into marts.rpt_repeat_monthly by name
        select m as month_start, 3 as new_buyers, 2 as repeat_buyers, 8 as buyers_12m,
            0.25 as repeat_ratio, r as churn_ratio, 0.5 as return_ratio, 0.1 as step_up_ratio,
            c as is_complete
        from (values
            (date '2026-08-01', null, true), (date '2026-09-01', 0.125, true),
            (date '2026-10-01', 0.9, false)
        ) as t (m, r, c)
        """,
    )
    assert reading == (
        "2026年9月時点で、直近12か月の購入者8人のうち25.0%が2回以上購入し、"
        "その月の離反率は12.5%でした。"
    )
    assert numbers == [
        ["2026年8月", "3", "2", "25.0%", "–", "50.0%", "10.0%"],
        ["2026年9月", "3", "2", "25.0%", "12.5%", "50.0%", "10.0%"],
    ]


def test_deliveries_multiply_what_is_known_of_each_and_tell_as_far_as_ten_are(
    panel_of: PanelOf,
) -> None:
    reading, numbers = rows_of(
        panel_of,
        DELIVERIES,
        """
        insert into marts.rpt_subscription_retention by name
        select m as start_month, k as delivery_no, s as shipped, c as cancelled, w as waiting
        from (values
            (date '2026-07-01', 1, 8, 0, 0), (date '2026-08-01', 1, 8, 4, 1),
            (date '2026-07-01', 2, 4, 2, 1), (date '2026-08-01', 2, 4, 0, 3),
            (date '2026-07-01', 3, 6, 3, 2), (date '2026-07-01', 4, 0, 0, 2)
        ) as t (m, k, s, c, w)
        """,
    )
    # 16 of 20, then 8 of 10; nine are too few to tell of the third.
    assert reading == "定期の64.0%が2回目まで続くと推定されます（対象20件）。"
    assert numbers == [
        ["1回目", "16", "4", "1", "80.0%"],
        ["2回目", "8", "2", "4", "64.0%"],
        ["3回目", "6", "3", "2", "42.7%"],
    ]


def test_deliveries_tell_the_first_when_hardly_any_is_known(panel_of: PanelOf) -> None:
    reading, _ = rows_of(
        panel_of,
        DELIVERIES,
        """
        insert into marts.rpt_subscription_retention by name
        select date '2026-07-01' as start_month, k as delivery_no, s as shipped, 1 as cancelled,
            0 as waiting
        from (values (1, 3), (2, 2)) as t (k, s)
        """,
    )
    assert reading == "定期の75.0%が1回目まで続くと推定されます（対象4件）。"


def test_cancellations_tell_the_last_month_that_had_something_to_lose(panel_of: PanelOf) -> None:
    reading, numbers = rows_of(
        panel_of,
        CANCELLATIONS,
        """
        insert into marts.rpt_subscription_churn by name
        select m as month_start, a as active_at_start, 1 as started, 1 as cancelled, 0 as paused,
            r as churn_ratio, true as is_complete
        from (values
            (date '2026-08-01', 4, 0.25), (date '2026-09-01', 0, null)
        ) as t (m, a, r)
        """,
    )
    assert reading == (
        "2026年8月は、月初に稼働していた4件に対して1件が解約し、解約率は25.0%でした。"
    )
    assert numbers[1] == ["2026年9月", "0", "1", "1", "0", "–"]


def test_second_sales_tell_all_three_rates(panel_of: PanelOf) -> None:
    reading, numbers = rows_of(
        panel_of,
        SECOND_SALES,
        """
        insert into marts.rpt_sell_through by name
        select s as sale_kind, k as item_kind, i as item, i as item_name, w as window_days,
            m as matured, c as converted, c / nullif(m, 0) as conversion_ratio
        from (values
            ('trial_to_regular', 'all', 'all', 60, 10, 4), ('up_sell', 'all', 'all', 180, 0, 0),
            ('cross_sell', 'all', 'all', 90, 20, 5), ('cross_sell', 'category', '茶', 90, 20, 5)
        ) as t (s, k, i, w, m, c)
        """,
    )
    assert reading == (
        "引き上げは60日以内に40.0%（対象10人）、クロスセルは90日以内に25.0%（対象20人）です。"
    )
    assert [row[0] for row in numbers] == ["引き上げ：全体", "クロスセル：全体", "クロスセル：茶"]
