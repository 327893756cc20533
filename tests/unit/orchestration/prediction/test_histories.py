"""Histories hold what was bought of one's own accord up to a day, and nothing later."""

from orchestration.prediction.histories import buyers_until, collect_purchase_days, hold_out
from tests.unit.orchestration.prediction.warehouse import day, warehouse

ORDERS = [
    ("often", 0, 100),
    ("often", 10, 300),
    ("often", 10, 100),  # the same day: one purchase of 400
    ("often", 30, 200),
    ("often", 50, 900),  # after the cut-off
    ("once", 40, 100),
    ("later", 41, 100),
    ("mixed", 5, 100),
    ("mixed", 15, 70, "S1"),
    ("mixed", 25, 300),
    ("mixed", 35, 70, "S1"),
    ("subscriber", 8, 70, "S2"),
    ("subscriber", 38, 70, "S2"),
]


def test_buyers_count_days_of_their_own_purchases_up_to_the_cut_off() -> None:
    with warehouse(ORDERS) as connection:
        collect_purchase_days(connection)
        buyers = buyers_until(connection, day(40))

    assert buyers.person_id.tolist() == ["mixed", "often", "once", "subscriber"]
    assert buyers.x.tolist() == [1, 2, 0, -1]
    assert buyers.t_x.tolist() == [20, 30, 0, 0]
    assert buyers.age.tolist() == [35, 40, 0, 0]
    assert buyers.mean_value.tolist() == [300, 300, 0, 0]
    assert buyers.purchases.tolist() == [4, 3, 1, 2]
    assert buyers.tenure.tolist() == [35, 40, 0, 32]
    assert buyers.recency.tolist() == [5, 10, 0, 2]
    assert buyers.is_free.tolist() == [True, True, True, False]


def test_hold_out_counts_what_came_after_the_cut_off_until_its_last_day() -> None:
    with warehouse(ORDERS) as connection:
        collect_purchase_days(connection)
        came = hold_out(connection, day(10), day(38))

    # mixed 15, 25, 35; often 30; subscriber 38. once and later were no buyers yet.
    assert came.purchases.tolist() == [3, 1, 1]
    assert came.net_sales.tolist() == [440, 200, 70]


def test_nobody_has_no_history() -> None:
    with warehouse([]) as connection:
        collect_purchase_days(connection)
        assert buyers_until(connection, day(40)).total == 0
