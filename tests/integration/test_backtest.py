"""Looking back builds a past day and leaves the shop as it is."""

from collections.abc import Callable
from datetime import date

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from tests.integration.shops import TestShop, fingerprint

pytestmark = pytest.mark.slow

DAY = date(2026, 7, 31)


def test_a_past_day_stands_beside_the_shop_that_stays_as_it_is(
    shop_copy: Callable[[], TestShop],
) -> None:
    looks_back_without_touching(shop_copy())


def looks_back_without_touching(shop: TestShop) -> None:
    served = fingerprint(shop.workspace.published)
    persons = fingerprint(shop.workspace.lake / "identity")
    work_db = shop.workspace.work_db.read_bytes()

    done = shop.enishi("backtest", "--as-of", DAY.isoformat())

    assert done.returncode == 0, done.stdout
    assert "next_order_date" in done.stdout
    assert fingerprint(shop.workspace.published) == served
    assert fingerprint(shop.workspace.lake / "identity") == persons
    assert shop.workspace.work_db.read_bytes() == work_db

    past = shop.workspace.work / "past_days" / DAY.isoformat()
    people = pq.read_table(past / "customer_360.parquet")
    assert set(people["as_of_date"].to_pylist()) == {DAY}
    assert pc.max(people["last_purchase_date"]).as_py() <= DAY
    predictions = pq.read_table(past / "customer_predictions.parquet")
    buyers = pc.sum(pc.greater(people["purchase_count"], 0)).as_py()
    assert 0 < predictions.num_rows == buyers
    compared = pq.read_table(shop.workspace.lake / "predictions/point_in_time_backtest.parquet")
    assert set(compared["cutoff_date"].to_pylist()) == {DAY}
    assert set(compared["kind"].to_pylist()) == {"point_in_time"}
