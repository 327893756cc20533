"""Trying a mapping on a file shows what would come of it and writes nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from orchestration.ingest.check import check_file
from orchestration.ingest.errors import ContractError
from orchestration.ingest.report import Problem

HEADER = "number,ordered,changed,state,total,mail,phone\n"
GOOD = "1,2026-10-31,,1,1,,\n"


def test_check_counts_rows_and_names_problems(shop: Any) -> None:
    path = shop.land("orders_1.csv", HEADER + GOOD * 2 + "2,soon,,1,1,,\n" + "3,2026-10-31\n")

    report = check_file(shop.mapping, path, shop_time_zone="Asia/Tokyo")

    entity = report.entities[0]
    assert (report.feed, report.encoding, report.breach) == ("orders", "utf-8", None)
    assert (entity.rows_read, entity.accepted, entity.repeated) == (4, 1, 1)
    assert report.problems == (
        Problem(row=4, reason="bad_timestamp", column="ordered"),
        Problem(row=5, reason="wrong_field_count", column=None),
    )
    assert report.rows_by_reason == {"bad_timestamp": (4,), "wrong_field_count": (5,)}
    assert shop.lake_files() == []


def test_check_says_why_the_file_would_be_refused(shop: Any) -> None:
    some = shop.land("orders_1.csv", HEADER + "2,soon,,1,1,,\n")
    none = shop.land("orders_2.csv", "number\n1\n")

    too_many = check_file(shop.mapping, some, shop_time_zone="Asia/Tokyo")
    missing = check_file(shop.mapping, none, shop_time_zone="Asia/Tokyo")

    assert "1 of 1 rows are bad" in str(too_many.breach)
    assert "the file has no column ordered, changed" in str(missing.breach)
    assert missing.entities[0].rows_read == 0


def test_check_takes_the_only_feed_whatever_the_files_name(shop: Any) -> None:
    path = shop.land("export.csv", HEADER + GOOD)

    assert check_file(shop.mapping, path, shop_time_zone="Asia/Tokyo").feed == "orders"


def test_check_asks_for_the_feed_when_none_fits(make_shop: Callable[[str], Any]) -> None:
    shop = make_shop(
        """
        source: shop
        description: Two feeds.
        feeds:
          - name: a
            files: a_*.csv
            format: csv
            entities: [{entity: products, columns: {source_product_id: id}}]
          - name: b
            files: b_*.csv
            format: csv
            entities: [{entity: products, columns: {source_product_id: code}}]
        """
    )
    path = shop.land("list.csv", "code\n1\n")

    with pytest.raises(ContractError, match=r"no feed of shop fits the file.*a \(a_\*.csv\)"):
        check_file(shop.mapping, path, shop_time_zone="Asia/Tokyo")
    assert check_file(shop.mapping, path, shop_time_zone="Asia/Tokyo", feed="b").feed == "b"
