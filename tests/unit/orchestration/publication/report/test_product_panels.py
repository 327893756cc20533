"""Cycles, repurchases that are due, pairs and next products, as a marketer reads them."""

from __future__ import annotations

from collections.abc import Callable

from orchestration.publication.report.panel import Content
from orchestration.publication.report.themes.products.cycles import CYCLES
from orchestration.publication.report.themes.products.due import DUE
from orchestration.publication.report.themes.products.next_products import NEXT_PRODUCTS
from orchestration.publication.report.themes.products.together import TOGETHER

PanelOf = Callable[..., Content | None]


def test_cycles_lead_with_the_product_most_often_bought_again(panel_of: PanelOf) -> None:
    content = panel_of(
        CYCLES,
        """
        insert into marts.rpt_purchase_cycles by name
        select id as product_id, id as product_name, pairs as repurchase_pairs,
            20 as gap_p25_days, 30.5 as gap_median_days, 45 as gap_p75_days, pack as pack_days
        from (values ('煎茶', 40, 30), ('羊羹', 5, null), ('急須', 4, null)) t(id, pairs, pack)
        """,
    )
    assert content is not None
    assert content.reading.ja == "「煎茶」は中央値31日で再購入されています（再購入40回）。"
    assert content.numbers is not None
    assert [[cell.ja for cell in row] for row in content.numbers.rows] == [
        ["煎茶", "40", "20日", "31日", "45日", "30日"],
        ["羊羹", "5", "20日", "31日", "45日", "–"],
    ]


def test_due_weeks_begin_the_day_after_the_last_known(panel_of: PanelOf) -> None:
    content = panel_of(
        DUE,
        """
        insert into marts.rpt_repurchase_due by name
        select person as person_id, 'p' || days as product_id, days as days_to_expected
        from (values ('a', 1), ('a', 7), ('b', 8), ('b', 0), ('c', -6), ('c', -7), ('d', 99))
            t(person, days)
        """,
    )
    assert content is not None
    assert content.reading.en == (
        "1 persons will have used something up within 7 days, 1 in the 7 days after "
        "(2 in the last 7 days)."
    )
    assert content.numbers is not None
    weeks = {row[0].en: [cell.en for cell in row[1:]] for row in content.numbers.rows}
    assert len(weeks) == 13
    assert weeks["This week"] == ["1", "2"]
    assert weeks["2 w ago"] == ["1", "1"]
    assert weeks["In 8 w"] == ["0", "0"]


def test_pairs_that_may_be_chance_are_left_out(panel_of: PanelOf) -> None:
    content = panel_of(
        TOGETHER,
        """
        insert into marts.rpt_basket_affinity by name
        select kind, a as product_a_id, a as product_a_name, 'B' as product_b_id,
            'B' as product_b_name, 12 as pair_count, 0.25 as confidence_a_to_b, 3.14 as lift,
            low as lift_lower
        from (
            values ('same_order', 'x', 1.0), ('same_order', 'y', 1.01), ('next_90_days', 'z', 2.0)
        ) t(kind, a, low)
        """,
    )
    assert content is not None
    assert content.reading.ja == "「y」を含む注文の25.0%に「B」も入り、偶然の3.14倍です（12件）。"
    assert content.numbers is not None
    assert [row[0].ja for row in content.numbers.rows] == ["y × B"]


def test_next_products_say_whom_they_serve_and_what_was_left_out(panel_of: PanelOf) -> None:
    content = panel_of(
        NEXT_PRODUCTS,
        """
        insert into marts.customer_360 by name
        select 'p' || n as person_id, n as purchase_count from generate_series(0, 3) t(n)
        """,
        """
        insert into marts.rpt_next_products by name
        select person as person_id, rank as product_rank, reason as reason_code
        from (
            values ('p1', 1, 'bought_next'), ('p1', 2, 'bought_next'),
            ('p2', 1, 'category_best_seller')
        ) t(person, rank, reason)
        """,
        """
        insert into marts.rpt_next_product_exclusions by name
        select product as product_id, verdict, persons
        from (values ('a', 'owned', 4), ('b', 'owned', 5), ('a', 'recommended', 3))
            t(product, verdict, persons)
        """,
    )
    assert content is not None
    assert content.reading.en == (
        "2 of 3 buyers can be offered a next product, 1 of them by what others bought with or "
        "after it."
    )
    assert content.numbers is not None
    assert [(row[0].en, row[1].en) for row in content.numbers.rows] == [
        ("Left out: owned", "9"),
        ("Offered: bought next", "2"),
        ("Offered: best seller of the category", "1"),
    ]
