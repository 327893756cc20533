"""The page shows the numbers of the small shop, which were worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("tile", "shown"),
    [
        # 1 to 15 October: 3,000 + 500; 1 to 15 September: 2,000. The 20 September is later.
        ("sales", ["¥3,500", "+75.0%"]),
        ("buyers", ["2人", "+100.0%"]),
        ("new_repeat", ["1 / 1人", "前月同期 0 / 1人"]),
        # 3,500 / 2 against 2,000 / 1.
        ("order_value", ["¥1,750", "-12.5%"]),
        ("repeat_ratio", ["33.3%", "購入者3人のうち1人"]),
        ("second_purchase", ["1人"]),
        ("leads", ["2人"]),
    ],
)
def test_tile_shows_the_hand_worked_value(japanese: Any, tile: str, shown: list[str]) -> None:
    for words in shown:
        assert words in japanese.texts[f"tile-{tile}"]


def test_sales_table_splits_new_from_repeat_by_month_latest_first(japanese: Any) -> None:
    assert japanese.rows["sales"][1:] == [
        ["2026年10月（途中）", "¥500", "¥3,000", "¥3,500", "1", "1"],
        ["2026年9月", "¥4,000", "¥2,000", "¥6,000", "1", "1"],
        ["2026年8月", "¥1,000", "¥0", "¥1,000", "1", "0"],
    ]


def test_sales_reading_speaks_of_the_latest_full_month(japanese: Any, english: Any) -> None:
    assert (
        "直近の完了月2026年9月の純売上は¥6,000（2件）で、33.3%をリピート購入が占めます。"
        in japanese.texts["sales"]
    )
    assert "Sep 2026, the latest full month, brought ¥6,000 from 2 orders" in english.texts["sales"]


def test_sales_figure_stacks_repeat_below_new_in_both_panels(japanese: Any) -> None:
    bars = {
        (bar["name"], bar.get("yaxis", "y")): bar["y"] for bar in japanese.figure("sales")["data"]
    }
    assert bars == {
        ("リピート", "y"): [0, 2000, 3000],
        ("リピート", "y2"): [0, 1, 1],
        ("新規", "y"): [1000, 4000, 500],
        ("新規", "y2"): [1, 1, 1],
    }


def test_cohort_table_marks_months_that_are_not_over(english: Any) -> None:
    assert english.rows["cohorts"][1:] == [
        ["Aug 2026", "1", "1", "1*"],
        ["Sep 2026", "1", "0*", "–"],
        ["Oct 2026", "1*", "–", "–"],
    ]


def test_cohort_reading_leaves_months_out_that_are_not_over(japanese: Any) -> None:
    # Of August's one buyer one came back; September's first month is not over.
    assert "初回購入から1か月後に100.0%が再び購入しています" in japanese.texts["cohorts"]


def test_cohort_figure_greys_months_that_are_not_over(japanese: Any) -> None:
    unfinished, finished = japanese.figure("cohorts")["data"]
    assert finished["z"] == [[1.0, None], [None, None], [None, None]]
    assert unfinished["z"] == [[None, 1.0], [0.0, None], [None, None]]


def test_rfm_table_orders_segments_by_sales(english: Any) -> None:
    assert english.rows["rfm"][1:] == [
        ["Loyal", "1", "33.3%", "¥6,000", "57.1%"],
        ["New", "2", "66.7%", "¥4,500", "42.9%"],
    ]


def test_rfm_figure_counts_buyers_by_recency_and_frequency(japanese: Any) -> None:
    (grid,) = japanese.figure("rfm")["data"]
    assert grid["z"][4] == [2, None, 1, None, None]
    assert grid["z"][:4] == [[None] * 5] * 4
    assert grid["text"][4][:3] == ["新規", "", "ロイヤル"]


def test_decile_table_and_reading_give_shares(japanese: Any) -> None:
    assert "上位10%の顧客が売上の57.1%を占めます。" in japanese.texts["deciles"]
    assert japanese.rows["deciles"][1:] == [
        ["1", "1", "¥6,000", "57.1%", "57.1%"],
        ["2", "1", "¥4,000", "38.1%", "95.2%"],
        ["3", "1", "¥500", "4.8%", "100.0%"],
    ]


def test_stage_reading_never_adds_browsers_to_persons(japanese: Any) -> None:
    assert "5人のうち購入経験者は60.0%、リピーターは20.0%です。" in japanese.texts["stages"]
    persons, browsers = japanese.figure("stages")["data"]
    assert persons["x"] == [1, 1, 2, 1, 0, 0]
    assert browsers["x"] == [12]
    assert browsers["xaxis"] != persons.get("xaxis", "x")


def test_eligibility_divides_each_sync_by_its_one_reason(english: Any) -> None:
    assert "1 of 3 candidates (33.3%) may be contacted" in english.texts["eligibility"]
    assert english.rows["eligibility"] == [
        ["Sync", "In segment", "May be contacted", "No consent", "Delivery open"],
        ["first_purchase__mail", "2", "1", "1", "0"],
        ["second_purchase__print", "1", "0", "0", "1"],
    ]


def test_segment_table_counts_persons_and_names_the_syncs(english: Any) -> None:
    assert [[row[0], row[1], row[3]] for row in english.rows["segments"][1:]] == [
        ["First purchase", "2", "first_purchase__mail"],
        ["Second purchase", "1", "No sync"],
        ["Win back", "0", "No sync"],
    ]


def test_sync_table_shows_plan_refusals_and_result(japanese: Any) -> None:
    assert japanese.rows["syncs"][1] == [
        "first_purchase__mail（SendGrid）",
        "承認待ち：初回の配信のため、見送りが上限を超えたため",
        "1", "2", "3", "4", "2", "7", "8 / 9",
        "11（同意なし 6、配信停止 5）",
    ]  # fmt: skip


def test_freshness_table_counts_days_behind_the_as_of_day(english: Any) -> None:
    assert english.rows["freshness"][1] == [
        "own / orders", "3", "1,234", "1", "2026-10-13 23:59 UTC", "2 d", "2026-10-16 02:00 UTC",
    ]  # fmt: skip


def test_gate_tables_show_the_failed_check_first(english: Any) -> None:
    rows = [row for row in english.rows["gates"] if row[0] != "Check"]
    assert "2 of 3 checks passed, 1 failed." in english.texts["gates"]
    assert rows[0] == [
        "few_rows", "Inbound: own/orders", "Failed", "Warns", "expected 10 rows, found 6",
    ]  # fmt: skip
    assert [row[2] for row in rows[1:]] == ["Passed", "Passed"]


def test_exclusions_keep_kinds_of_rows_apart_and_show_unknown_reasons(japanese: Any) -> None:
    assert "外した行は注文1件、隔離した取込行3件です。" in japanese.texts["exclusions"]
    assert japanese.rows["exclusions"][1:] == [
        ["キャンセル", "注文", "own", "1", "¥700"],
        ["日付として読めない", "隔離した取込行", "mall", "2", "–"],
        ["a_new_reason", "隔離した取込行", "own", "1", "–"],
    ]


def test_header_names_shop_day_and_publication(japanese: Any, english: Any) -> None:
    header = japanese.texts[""]
    for words in ("縁側商店", "2026年10月15日時点", "publication-7", "2026-10-16 03:04 UTC"):
        assert words in header
    assert "Covers 6 orders from 5 Aug 2026 to 15 Oct 2026 and 5 persons" in english.texts[""]


def test_first_page_repeats_what_the_others_say_in_short(japanese: Any) -> None:
    words = japanese.texts["in-short"]
    assert "上位10%の顧客が売上の57.1%を占めます。" in words
    assert "初回購入から1か月後に100.0%が再び購入しています" in words
    # A page without anything to tell says so.
    assert "データなし" in words.partition("1人の例")[2]
