"""The whole job on the real UCI shop must publish the figures of its standard cleaning."""

from decimal import Decimal

import pytest

from tests.integration.shops import TestShop

pytestmark = pytest.mark.slow

FIRST_COHORT = [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235]


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory) -> TestShop:
    shop = TestShop(tmp_path_factory.mktemp("retail"), "online_retail")
    shop.open_dagster()
    done = shop.enishi("run")
    assert done.returncode == 0, done.stdout
    assert "UCI Online Retail" in done.stdout
    return shop


def test_valid_lines_and_revenue_are_the_published_ones(retail: TestShop) -> None:
    assert retail.rows(
        "select count(*), sum(net_sales) from marts.fct_order_lines where is_counted"
    ) == [(397_884, Decimal("8911407.904"))]
    assert retail.rows(
        """
        select count(*), count(distinct person_id), sum(net_sales)
        from marts.fct_orders where is_purchase
        """
    ) == [(18_532, 4_338, Decimal("8911407.904"))]


def test_every_line_of_the_file_is_counted_or_excluded_for_a_reason(retail: TestShop) -> None:
    assert retail.rows(
        """
        select reason, rows from marts.rpt_exclusions
        where subject = 'order_line' order by rows desc
        """
    ) == [("unattributed", 135_080), ("non_positive_quantity", 8_905), ("non_positive_price", 40)]
    # 541,909 lines are in the file.
    assert 397_884 + 135_080 + 8_905 + 40 == 541_909
    assert retail.published.row_counts()["marts.fct_order_lines"] == 541_909


def test_top_decile_holds_its_published_share(retail: TestShop) -> None:
    ((customers, net_sales, share),) = retail.rows(
        "select customers, net_sales, sales_share from marts.rpt_deciles where decile = 1"
    )
    assert (customers, net_sales) == (434, Decimal("5469382.460"))
    assert round(share * 100, 2) == 61.38


def test_first_cohort_comes_back_as_published(retail: TestShop) -> None:
    rows = retail.rows(
        """
        select active_persons from marts.rpt_cohort_retention
        where cohort_month = '2010-12-01' order by months_since
        """
    )
    assert [active for (active,) in rows] == FIRST_COHORT


@pytest.mark.parametrize(
    ("customer", "recency", "frequency", "monetary"),
    [
        ("12346", 325, 1, "77183.600"),
        ("14646", 1, 73, "280206.020"),
        ("18102", 0, 60, "259657.300"),
    ],
    ids=["12346", "14646", "18102"],
)
def test_rfm_of_a_known_buyer_is_the_published_one(
    retail: TestShop, customer: str, recency: int, frequency: int, monetary: str
) -> None:
    assert retail.rows(
        f"""
        select recency_days, frequency, monetary
        from marts.rpt_rfm
        inner join identity.person_identifiers using (person_id)
        where record_key = 'online_retail|customer|{customer}'
        """
    ) == [(recency, frequency, Decimal(monetary))]


def test_shop_without_channels_plans_nothing(retail: TestShop) -> None:
    assert retail.summaries() == {}
    assert (retail.workspace.reports / "index.html").exists()
