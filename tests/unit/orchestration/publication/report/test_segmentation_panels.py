"""CPM groups and their moves, tastes and the ABC of products, as a marketer reads them."""

from __future__ import annotations

from collections.abc import Callable

from orchestration.publication.report.panel import Content, Panel
from orchestration.publication.report.themes.products.abc import ABC
from orchestration.publication.report.themes.segmentation.cpm import CPM, CPM_MOVES
from orchestration.publication.report.themes.segmentation.rfm_groups import RFM_GROUPS
from orchestration.publication.report.themes.segmentation.tastes import TASTES

GROUPS = """
insert into marts.rpt_cpm by name
select * from (values
    ('a', 'best', false, 90000), ('b', 'best', true, 80000), ('c', 'best', false, 70000),
    ('d', 'first', true, 1000)
) as buyers (person_id, cpm_rank, is_lapsed, net_sales)
"""
SHOPIFY = """
insert into marts.fct_orders by name select 'o' as order_id, 'JPY' as currency;
insert into marts.rpt_rfm by name
select * from (values
    ('a', 'NEW', 1000), ('b', 'NEW', 2000), ('c', 'ALMOST_LOST', 500), ('d', 'AT_RISK', 90000)
) as buyers (person_id, rfm_group, monetary)
"""
MOVES = """
insert into marts.rpt_cpm_transitions by name
select * from (values
    (date '2026-09-01', 'step_up', 3, true), (date '2026-09-01', 'step_up', 2, true),
    (date '2026-09-01', 'lapse', 4, true), (date '2026-09-01', 'stay', 90, true),
    (date '2026-10-01', 'return', 7, false)
) as moves (month_start, movement, persons, is_complete)
"""
LEANINGS = """
insert into marts.rpt_ctb_affinity by name
select * from (values
    ('a', 'brand', 1, '縁'), ('a', 'category', 1, '茶'), ('b', 'category', 1, '茶'),
    ('b', 'category', 2, '菓子'), ('c', 'category', 1, '菓子')
) as leanings (person_id, dimension, affinity_rank, dimension_value)
"""
CLASSES = """
insert into marts.fct_orders by name select 'o' as order_id, 'JPY' as currency;
insert into marts.rpt_abc_products by name
select 'product' as item_kind, * from (values
    ('net_sales', 1, 'P1', '煎茶', 6900, 0.69, 0.69, 'A', null, null),
    ('net_sales', 2, 'P2', null, 3100, 0.31, 1.0, 'A', null, null),
    ('f2_power', 1, 'P2', null, 5, 1.0, 1.0, 'A', 20, 0.25)
) as items (
    measure, item_rank, item_id, item_name, amount, share, cumulative_share, abc_class,
    first_buyers, f2_ratio
)
"""


def test_cpm_counts_active_and_lost_best(panel_of: Callable[[Panel, str], Content]) -> None:
    content = panel_of(CPM, GROUPS)

    assert content.reading.ja == (
        "購入者4人のうち現役は2人（50.0%）です。優良顧客は現役が2人、離脱が1人です。"
    )
    assert content.numbers is not None
    assert [[cell.ja for cell in row[:3]] for row in content.numbers.rows] == [
        ["優良", "2", "1"],
        ["初回", "0", "1"],
    ]


def test_rfm_groups_tell_the_largest_and_who_slips_away(
    panel_of: Callable[[Panel, str], Content],
) -> None:
    content = panel_of(RFM_GROUPS, SHOPIFY)

    assert content.reading.ja == (
        "購入者4人のうち最も多いのは「新規」で2人（50.0%）です。"
        "離れかけている人（離脱懸念・元ロイヤル・離脱寸前）は合わせて2人（50.0%）です。"
    )
    assert content.numbers is not None
    assert [[cell.en for cell in row] for row in content.numbers.rows] == [
        ["New", "2", "50.0%", "¥3,000"],
        ["Almost lost", "1", "25.0%", "¥500"],
        ["At risk", "1", "25.0%", "¥90,000"],
    ]


def test_cpm_moves_speak_of_the_latest_month_that_is_over(
    panel_of: Callable[[Panel, str], Content],
) -> None:
    content = panel_of(CPM_MOVES, MOVES)

    assert content.reading.ja == (
        "2026年9月は、上の段階へ進んだ人が5人、戻った人が0人、離脱した人が4人でした。"
    )


def test_tastes_count_the_strongest_value_of_each_buyer(
    panel_of: Callable[[Panel, str], Content],
) -> None:
    content = panel_of(TASTES, LEANINGS)

    assert content.reading.ja == ("カテゴリーでは「茶」を好む人が最も多く、2人（66.7%）です。")
    assert content.numbers is not None
    assert [[cell.en for cell in row] for row in content.numbers.rows] == [
        ["category: 茶", "2", "66.7%"],
        ["category: 菓子", "1", "33.3%"],
        ["brand: 縁", "1", "100.0%"],
    ]


def test_abc_names_the_class_and_the_product_that_brings_back(
    panel_of: Callable[[Panel, str], Content],
) -> None:
    content = panel_of(ABC, CLASSES)

    assert content.reading.ja == (
        "2商品のうちAの2商品で、売上の100.0%を占めます。"
        "2回目の購入に最も多くつながった最初の商品は「P2」（5人）です。"
    )
    assert content.numbers is not None
    assert [cell.ja for cell in content.numbers.rows[1]] == [
        "P2", "A", "¥3,100", "31.0%", "100.0%", "20", "25.0%",
    ]  # fmt: skip


def test_abc_is_silent_about_coming_back_when_nobody_did(
    panel_of: Callable[[Panel, str], Content],
) -> None:
    content = panel_of(
        ABC, CLASSES.replace("('f2_power', 1, 'P2', null, 5", "('f2_power', 1, 'P2', null, 0")
    )

    assert "2回目" not in content.reading.ja
