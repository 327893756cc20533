"""A value that stands within a longer text is taken out of it by the mapping's `capture`."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from orchestration.ingest.captures import capture, count_groups

MAPPING = """
    source: shop
    description: Orders whose memo names the subscription.
    time_zone: Asia/Tokyo
    feeds:
      - name: orders
        files: orders_*.csv
        format: csv
        max_bad_row_ratio: 1
        entities:
          - entity: orders
            columns:
              source_order_id: number
              ordered_at: ordered
              total: {from: [memo, note], join: " ", capture: "合計([0-9,]+)円", minimum: 100}
              source_subscription_id: {from: memo, capture: "定期:(S[0-9]+)", pattern: "S0.*"}
              campaign_code: {from: memo, capture: "広告:(\\\\w+)", default: none}
              status: {from: memo, capture: "(取消|入金)", map: {取消: cancelled, 入金: paid}}
              coupon_code: {from: _file, capture: "orders_([0-9]+)[.]csv"}
"""


@pytest.mark.parametrize(
    ("text", "pattern", "value"),
    [
        pytest.param("定期:S000012", r"定期:(S\d+)", "S000012", id="match"),
        pytest.param("お届け注意 定期:S1 ギフト", r"定期:(S\d+)", "S1", id="match-inside"),
        pytest.param("電話あり\n定期:S1\n要確認", r"定期:(S\d+)", "S1", id="match-on-a-later-line"),
        pytest.param("定期:S1 定期:S2", r"定期:(S\d+)", "S1", id="the-first-of-two"),
        pytest.param("定期:S12", r"定期:(S\d+?)", "S1", id="as-short-as-the-pattern-says"),
        pytest.param("定期:S1", r"^(S\d+)", None, id="anchored-elsewhere"),
        pytest.param("ギフト", r"定期:(S\d+)", None, id="no-match"),
        pytest.param("定期: ", r"定期:(.*)", None, id="blank-group"),
        pytest.param("定期", r"定期(?::(S\d+))?", None, id="match-without-its-group"),
        pytest.param(None, r"定期:(S\d+)", None, id="no-text"),
    ],
)
def test_capture_is_the_text_of_the_group_in_the_first_match(
    text: str | None, pattern: str, value: str | None
) -> None:
    assert capture(pa.array([text], pa.string()), pattern).to_pylist() == [value]


def test_capture_of_no_rows_is_no_rows() -> None:
    assert capture(pa.array([], pa.string()), "(a)").to_pylist() == []


@pytest.mark.parametrize(
    ("pattern", "groups"),
    [
        ("a", 0),
        (r"(?:a)[(]\(", 0),
        ("(a)", 1),
        ("(?P<id>a)(?:b)", 1),
        ("(a)(b)", 2),
        ("()" * 12, 2),
        ("(?=a)(b)", None),
        (r"(a)\1", None),
        ("(a", None),
    ],
)
def test_groups_are_counted_as_the_engine_counts_them(pattern: str, groups: int | None) -> None:
    assert count_groups(pattern) == groups


def test_capture_goes_before_the_other_options_of_a_column(
    make_shop: Callable[[str], Any],
) -> None:
    shop = make_shop(MAPPING)
    shop.land(
        "orders_07.csv",
        "number,ordered,memo,note\n"
        "1,2026-10-01,定期:S01 広告:mail 入金,合計800円\n"
        '2,2026-10-01,取消,"合計1,200円"\n'
        "3,2026-10-01,定期:S11,\n"
        "4,2026-10-01,,合計99円\n"
        "5,2026-10-01,,\n",
    )

    shop.ingest()

    columns = "source_order_id, total, source_subscription_id, campaign_code, status, coupon_code"
    assert shop.rows("orders", columns) == [
        ("1", 800, "S01", "mail", "paid", "07"),
        ("2", 1200, None, "none", "cancelled", "07"),
        ("5", None, None, "none", None, "07"),
    ]
    assert shop.quarantine() == [
        (4, "pattern", "memo"),
        (5, "out_of_range", "memo + note"),
    ]
