"""Reach and expectation of scenarios as a marketer reads them."""

from __future__ import annotations

from collections.abc import Callable

from orchestration.publication.report.panel import Content, Panel
from orchestration.publication.report.themes.scenarios.expected import EXPECTED
from orchestration.publication.report.themes.scenarios.reach import REACH

ROWS = """
insert into policy.rpt_scenario_reach by name
select *, 0 as unreachable, 0 as not_wanted, 0 as over_cap, 0 as held_out, 'JPY' as currency,
    expected_orders * gross_profit_per_order as expected_gross_profit
from (values
    ('f2', 'day14', '2回目購入', 'Second purchase', true, 10, 4, 5, 1,
        'f2_conversion', 4, 1.0, 2500),
    ('vip', 'hello', '優良顧客', 'VIP', false, 3, 3, 0, 0, 'order_prediction', 2, 4.5, 2000),
    ('thanks', 'thanks', 'お礼', 'Thanks', false, 0, 0, 0, 0, 'none', 0, null, null)
) as steps (
    scenario, step, title_ja, title_en, is_enabled, due, allowed, without_permission, waiting,
    expectation, judged, expected_orders, gross_profit_per_order
)
"""


def test_reach_says_how_many_may_go_and_what_holds_back_most(
    panel_of: Callable[[Panel, str], Content],
) -> None:
    content = panel_of(REACH, ROWS)

    assert content.reading.ja == (
        "全3ステップ（稼働中は1）の対象は延べ13人、うち送れるのは7人です。"
        "送れない理由で最も多いのは「同意なし・配信停止」の5人です。"
    )
    assert content.reading.en == (
        "The 3 steps (1 of them on) are due 13 times, and 7 of these may go. "
        "What holds back most is “No permission”, 5 times."
    )
    assert content.numbers is not None
    assert [[cell.en for cell in row][:6] for row in content.numbers.rows] == [
        ["Second purchase: day14", "On", "10", "4", "5", "0"],
        ["VIP: hello", "Off", "3", "3", "0", "0"],
        ["Thanks: thanks", "Off", "0", "0", "0", "0"],
    ]


def test_reach_says_so_when_nobody_is_held_back(
    panel_of: Callable[[Panel, str], Content],
) -> None:
    content = panel_of(REACH, ROWS.replace("true, 10, 4, 5, 1", "true, 4, 4, 0, 0"))

    assert content.reading.ja == "全3ステップ（稼働中は1）の対象は延べ7人で、7人全員に送れます。"


def test_expectation_names_the_largest_and_its_basis_and_leaves_out_what_nothing_speaks_for(
    panel_of: Callable[[Panel, str], Content],
) -> None:
    content = panel_of(EXPECTED, ROWS)

    assert content.reading.ja == (
        "最も大きいのは「優良顧客・hello」で、送れる3人から¥9,000の粗利が見込まれます"
        "（一人ひとりの90日の予測による）。配信しなくても見込まれる額で、配信による増加分ではありません。"
    )
    assert content.numbers is not None
    assert [[cell.en for cell in row] for row in content.numbers.rows] == [
        ["VIP: hello", "3", "2", "each person's prediction of 90 days", "4.5", "¥2,000", "¥9,000"],
        ["Second purchase: day14", "4", "4", "F2 conversion in 90 days", "1.0", "¥2,500", "¥2,500"],
    ]
