"""Which row of a key is current never depends on the order in which files landed."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

MAPPING = """
    source: shop
    description: Products of a shop.
    feeds:
      - name: products
        files: "*.csv"
        format: csv
        entities: [{entity: products, columns: {source_product_id: id, name: name}}]
"""
FILES = {"a.csv": "id,name\n1,old\n", "m.csv": "id,name\n1,new\n", "z.csv": "id,name\n1,old\n"}


@pytest.mark.parametrize("order", permutations(FILES), ids="-".join)
@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_current_rows_are_the_same_when_files_land_in_another_order(
    make_shop: Callable[[str], Any], order: tuple[str, ...], at_once: int
) -> None:
    shop = make_shop(MAPPING)
    for start in range(0, len(order), at_once):
        for name in order[start : start + at_once]:
            shop.land(name, FILES[name])
        shop.ingest()

    rows = shop.rows("products", "name, _file, _revision")
    assert max(rows, key=lambda row: row[1:]) == ("old", "shop/z.csv", 1), "the last name counts"
    assert rows == [("old", "shop/a.csv", 1), ("new", "shop/m.csv", 1), ("old", "shop/z.csv", 1)]
    assert shop.ingest().files_new == 0


def test_equal_files_make_batches_of_their_own(make_shop: Callable[[str], Any]) -> None:
    shop = make_shop(MAPPING)
    for name in ("a.csv", "z.csv"):
        shop.land(name, FILES[name])
        shop.ingest()

    assert len(list((shop.lake.root / "files").glob("shop-*.parquet"))) == 2


def test_a_copied_log_is_passed_over_when_the_place_of_a_row_is_its_key(
    make_shop: Callable[[str], Any],
) -> None:
    place = 'source_product_id: {from: [_file, _row], join: ":"}'
    shop = make_shop(MAPPING.replace("source_product_id: id", place))
    for names in (("m.csv",), ("a.csv",), ("m.csv", "z.csv")):
        for name in names:
            shop.land(name, FILES[name])
        shop.ingest()

    assert shop.rows("products", "source_product_id") == [("shop/a.csv:2",), ("shop/m.csv:2",)]


def test_a_copied_log_is_taken_once_when_both_land_together(
    make_shop: Callable[[str], Any],
) -> None:
    place = 'source_product_id: {from: [_file, _row], join: ":"}'
    shop = make_shop(MAPPING.replace("source_product_id: id", place))
    shop.land("a.csv", FILES["a.csv"])
    shop.land("z.csv", FILES["z.csv"])

    shop.ingest()

    assert shop.rows("products", "source_product_id") == [("shop/a.csv:2",)]
