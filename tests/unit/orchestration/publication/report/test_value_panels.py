"""The words of the panels on customer value and on the quality of predictions."""

from __future__ import annotations

from orchestration.publication.report.themes.predictions.backtest import BACKTEST
from orchestration.publication.report.themes.predictions.calibration import CALIBRATION
from orchestration.publication.report.themes.value.expected_orders import EXPECTED_ORDERS
from orchestration.publication.report.themes.value.lifetime_values import LIFETIME_VALUES

IN_YEN = "insert into marts.fct_orders by name select 'JPY' as currency;"
TWENTY = """
insert into marts.customer_predictions by name
select
    'p' || n as person_id, 100 * n as predicted_clv_365d, 'gross_profit' as value_basis,
    case when n = 1 then 'cohort' else 'mbg_nbd' end as method
from range(1, 21) as numbers (n);
insert into marts.customer_predictions by name select 'unknown' as person_id
"""
ORDERS = """
insert into marts.customer_predictions by name
select * from (values ('a', 0.25, 500), ('b', 0.75, 1500), ('c', 1.0, 2000), ('d', 2.0, 4000))
    as predictions (person_id, expected_orders_90d, expected_sales_90d);
insert into marts.customer_360 by name
select * from (values ('a', 1), ('b', 2), ('c', 5), ('d', 6)) as persons (person_id, purchase_count)
"""
TENTHS = """
insert into marts.rpt_calibration by name
select
    day as as_of_date, 90 as horizon_days, decile, 10 as customers,
    4.4 - 0.4 * decile as expected_orders, 11 - decile as actual_orders
from (values (date '2026-10-31'), (date '2026-10-30')) as days (day),
    range(1, 11) as tenths (decile)
"""
TRIALS = """
insert into marts.rpt_backtest by name
select *, 'hold_out' as kind, 1588 as customers from (values
    (date '2026-10-31', 'alive', 'recency_rank', 'auc', 0.84, 0.82, true, true),
    (date '2026-10-31', 'next_order_date', 'personal_median', 'median_absolute_days', 32.0, 27.25,
        false, true),
    (date '2026-10-31', 'orders_90d', 'personal_rate', 'total', 733.0, 838.0, true, false),
    (date '2026-10-30', 'alive', 'recency_rank', 'auc', 0.1, 0.2, false, true)
) as trials (as_of_date, prediction, baseline, measure, model_value, baseline_value, is_better,
    is_deciding)
"""


def test_lifetime_values_name_their_sum_and_the_share_of_the_best_tenth(panel_of):
    content = panel_of(LIFETIME_VALUES, IN_YEN + TWENTY)
    # 100 + 200 + … + 2000 = 21,000; the best two have 3,900.
    assert content.reading.en == (
        "20 buyers are worth ¥21,000 of gross profit over the next year (present value); "
        "the best 10% bring 18.6% of it."
    )
    assert [cell.ja for cell in content.numbers.rows[0]] == ["1", "2", "¥1,950", "¥3,900"]
    assert content.note.ja.startswith("モデルで予測できない1人")


def test_expected_orders_are_added_up_by_purchases_so_far(panel_of):
    content = panel_of(EXPECTED_ORDERS, IN_YEN + ORDERS)
    assert content.reading.ja == (
        "今後90日で購入者4人から約4回の購入、¥8,000の純売上が見込まれ、"
        "購入回数の93.8%は2回以上購入した人によるものです。"
    )
    assert [row[0].en for row in content.numbers.rows] == [
        "one",
        "two",
        "three to five",
        "six or more",
    ]


def test_calibration_compares_the_last_hold_out_alone(panel_of):
    content = panel_of(CALIBRATION, TENTHS)
    # 4.0 + 3.6 + … + 0.4 = 22 expected, 55 came.
    assert content.reading.ja == (
        "購入者100人の直近90日の購入は、予測22回に対して実績55回でした（予測の誤差-60.0%）。"
    )
    assert len(content.numbers.rows) == 10


def test_backtest_counts_what_did_at_least_as_well_where_it_decides(panel_of):
    content = panel_of(BACKTEST, TRIALS)
    assert (
        "検証した2件の予測のうち、単純な目安と同等以上に当たったのは1件です" in content.reading.ja
    )
    (table,) = content.tables
    assert [(row[0].en, row[2].en, row[6].en) for row in table.table.rows] == [
        ("Who buys within 90 days", "0.840", "met"),
        ("Day of the next purchase", "32.0", "lost"),
    ]
