"""An analysis without data says so instead of showing zeros."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("card", "says"),
    [
        ("sales", "購入のデータがないため"),
        ("cohorts", "2か月以上にわたる購入のデータがないため"),
        ("rfm", "購入者がいないため"),
        ("deciles", "購入の売上がないため"),
        ("stages", "人物のデータがないため"),
        ("eligibility", "判定はありません"),
        ("segments", "どのセグメントにも該当者がいません"),
        ("syncs", "配信はまだ計画していません"),
        ("freshness", "取り込みの記録がありません"),
        ("gates", "検査の記録がありません"),
        ("exclusions", "集計から外した行はありません"),
        ("tile-sales", "データなし"),
        ("tile-buyers", "データなし"),
        ("tile-new_repeat", "データなし"),
        ("tile-order_value", "データなし"),
        ("tile-repeat_ratio", "データなし"),
        ("tile-second_purchase", "データなし"),
        ("tile-leads", "データなし"),
    ],
)
def test_page_says_what_is_missing_when_every_table_is_empty(
    empty_page: Any, card: str, says: str
) -> None:
    assert says in empty_page.texts[card]


def test_page_draws_no_figure_when_every_table_is_empty(empty_page: Any) -> None:
    assert all('id="figures">{}</script>' in html for html in empty_page.pages.values())
    assert "data-chart=" not in empty_page.html


def test_page_writes_pounds_and_pence_when_the_shop_sells_in_gbp(pound_pages: Any) -> None:
    japanese, english = pound_pages
    # 1,234.565 rounds half up.
    assert "£1,234.57" in japanese.texts["tile-sales"]
    assert "£1,234.57" in english.texts["tile-order_value"]
    assert "¥" not in japanese.texts["tile-sales"] + japanese.texts["sales"]


def test_page_says_what_a_shop_of_orders_alone_cannot_tell(pound_pages: Any) -> None:
    japanese, english = pound_pages
    assert "配達日のデータがないため" in japanese.texts["tile-second_purchase"]
    assert "会員・リードのデータがありません" in japanese.texts["tile-leads"]
    assert "There is no web data, so visitors are not counted." in english.texts["stages"]
    assert len(english.figure("stages")["data"]) == 1
    assert [row[0] for row in english.rows["stages"][1:]] == ["Customers"]


def test_month_comparison_says_so_when_nothing_was_bought_before(pound_pages: Any) -> None:
    _, english = pound_pages
    assert "Nothing bought on the same days last month" in english.texts["tile-sales"]


def test_sales_reading_speaks_of_the_running_month_when_none_is_full(pound_pages: Any) -> None:
    _, english = pound_pages
    assert "Oct 2026 so far brought £1,234.57 from 1 orders" in english.texts["sales"]


@pytest.mark.parametrize(
    ("as_of", "before"),
    [
        ("2026-03-31", "1 Feb 2026 to 28 Feb 2026"),
        ("2026-02-28", "1 Jan 2026 to 28 Jan 2026"),
        ("2026-01-15", "1 Dec 2025 to 15 Dec 2025"),
    ],
    ids=["shorter_month_before", "month_end_of_february", "over_the_year"],
)
def test_month_compares_with_the_same_days_before(
    page_of: Any, publication_row: str, as_of: str, before: str
) -> None:
    _, english = page_of(publication_row.replace("2026-10-15", as_of))
    assert f"compared with {before}." in english.texts["tiles"]
