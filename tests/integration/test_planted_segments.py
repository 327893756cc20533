"""RFM and CPM worked out from the true orders with pandas are those that are published."""

import csv
from collections import Counter
from datetime import date, timedelta

import pandas as pd
import pytest

from tests.golden.building import DBT_PROJECT
from tests.integration.shops import AS_OF, TestShop
from tests.integration.truth_answers import TruthAnswers

MONTHS = 24
MOVES = "month_start, from_group, to_group, persons"


@pytest.fixture(scope="module")
def purchases(built_shop: TestShop) -> pd.DataFrame:
    """The days on which a person truly bought, with what was paid for goods that day."""
    orders = TruthAnswers(built_shop).orders
    bought = orders[orders["is_purchase"]]
    paid = bought.assign(net=bought["goods_total"] - bought["discount"])
    days = paid.groupby(["person_id", "ordered_date"], as_index=False)["net"].sum()
    # Whole yen, and a discount that never eats the goods.
    assert (days["net"] > 0).all()
    return days


def buyers_on(purchases: pd.DataFrame, day: date) -> pd.DataFrame:
    """One row per person who had bought by the end of a day."""
    known = purchases[purchases["ordered_date"] <= day]
    buyers = known.groupby("person_id").agg(
        first=("ordered_date", "min"),
        last=("ordered_date", "max"),
        count=("ordered_date", "size"),
        net=("net", "sum"),
    )
    return buyers.assign(
        recency=[(day - last).days for last in buyers["last"]],
        tenure=[
            (last - first).days for first, last in zip(buyers["first"], buyers["last"], strict=True)
        ],
    )


def fifth(values: pd.Series) -> pd.Series:
    """1 to 5 by the share of the others that are smaller; equals have the same."""
    smaller = values.rank(method="min").astype(int) - 1
    return (1 + smaller * 5 // (len(values) - 1)).clip(upper=5)


def frequency_score(purchases: int) -> int:
    """By decision 0013: one, two, three, four or five, more."""
    return min(purchases, 4) if purchases < 6 else 5


def cells(seed: str, first: str, second: str, name: str) -> dict[tuple[int, int], str]:
    """Name of each cell of two scores, as the marketer's seed says."""
    with (DBT_PROJECT / "seeds" / f"{seed}.csv").open(encoding="utf-8") as lines:
        return {(int(row[first]), int(row[second])): row[name] for row in csv.DictReader(lines)}


def test_rfm_is_that_of_the_true_orders(built_shop: TestShop, purchases: pd.DataFrame) -> None:
    buyers = buyers_on(purchases, AS_OF)
    r, m = fifth(-buyers["recency"]), fifth(buyers["net"])
    f = buyers["count"].map(frequency_score)
    # Halves go up.
    fm = (f + m + 1) // 2
    segments = cells("rfm_segments", "r_score", "f_score", "rfm_segment")
    groups = cells("rfm_groups", "r_score", "fm_score", "rfm_group")
    expected = {
        person: (*numbers, segments[numbers[3], numbers[4]], groups[numbers[3], numbers[6]])
        for person, *numbers in zip(
            buyers.index,
            *(buyers[name] for name in ("recency", "count", "net")),
            r,
            f,
            m,
            fm,
            strict=True,
        )
    }
    published = {
        person: tuple(numbers)
        for person, *numbers in built_shop.rows(
            """
            select person_id, recency_days, frequency, monetary, r_score, f_score, m_score,
                fm_score, rfm_segment, rfm_group
            from marts.rpt_rfm
            """
        )
    }
    assert published == expected
    assert {score for numbers in expected.values() for score in numbers[3:6]} == {1, 2, 3, 4, 5}


def cpm_group(count: int, tenure: int, net: int, recency: int) -> str:
    """The group by decision 0046."""
    if count == 1:
        rank = "first"
    elif tenure < 90:
        rank = "early"
    elif net < 70_000:
        rank = "steady"
    else:
        rank = "trend" if tenure < 210 else "best"
    return f"{rank}_{'lapsed' if recency >= 240 else 'active'}"


def cpm_groups(purchases: pd.DataFrame, day: date) -> dict[str, str]:
    """Person -> group at the end of a day."""
    buyers = buyers_on(purchases, day)
    facts = (buyers[name] for name in ("count", "tenure", "net", "recency"))
    return dict(zip(buyers.index, map(cpm_group, *facts), strict=True))


def test_cpm_groups_are_those_of_the_true_orders(
    built_shop: TestShop, purchases: pd.DataFrame
) -> None:
    published = dict(built_shop.rows("select person_id, cpm_group from marts.rpt_cpm"))
    expected = cpm_groups(purchases, AS_OF)
    assert published == expected
    # Seven of the ten groups are planted on this day; the rest of the rules have unit tests.
    assert len(set(expected.values())) >= 6


def test_moves_between_cpm_groups_are_those_of_the_true_orders(
    built_shop: TestShop, purchases: pd.DataFrame
) -> None:
    expected: Counter[tuple[date, str, str]] = Counter()
    month = AS_OF.replace(day=1)
    after = AS_OF + timedelta(days=1)
    for _ in range(MONTHS):
        before = cpm_groups(purchases, month - timedelta(days=1))
        for person, group in cpm_groups(purchases, after - timedelta(days=1)).items():
            expected[month, before.get(person, "none"), group] += 1
        month, after = (month - timedelta(days=1)).replace(day=1), month
    published = built_shop.rows(f"select {MOVES} from marts.rpt_cpm_transitions")
    assert {tuple(key): persons for *key, persons in published} == expected
    movements = {
        kind for (kind,) in built_shop.rows("select movement from marts.rpt_cpm_transitions")
    }
    assert movements >= {"new", "stay", "step_up", "lapse", "return"}
