"""The real UCI shop must give the published figures of its standard cleaning."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.golden.building import build_shop, rows_of
from tests.golden.canonical import write_empty_lake
from tests.golden.online_retail import DATA, write_online_retail

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the UCI file is not beside the project")

VARIABLES = {
    "as_of_date": "2011-12-09",
    "shop_time_zone": "Europe/London",
    "currency": "GBP",
    "purchase_grain": "order",
    "member_source": "online_retail",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = tmp_path_factory.mktemp("online_retail")
    write_empty_lake(workspace / "lake")
    write_online_retail(workspace / "lake")
    # The daily job of this shop tests its tables; here the published figures are asked.
    build_shop(workspace, VARIABLES, with_data_tests=False)
    return workspace


def test_sales_are_the_published_ones(shop: Path) -> None:
    assert rows_of(
        shop, "select count(*), sum(net_sales) from marts.fct_order_lines where is_counted"
    ) == [(397_884, Decimal("8911407.904"))]
    assert rows_of(
        shop,
        """
        select count(*), count(distinct person_id), sum(net_sales)
        from marts.fct_orders where is_purchase
        """,
    ) == [(18_532, 4_338, Decimal("8911407.904"))]


def test_excluded_lines_are_counted_by_reason(shop: Path) -> None:
    assert rows_of(
        shop,
        """
        select reason, rows from marts.rpt_exclusions
        where subject = 'order_line' order by rows desc
        """,
    ) == [("unattributed", 135_080), ("non_positive_quantity", 8_905), ("non_positive_price", 40)]


def test_deciles_hold_their_published_shares(shop: Path) -> None:
    rows = rows_of(
        shop,
        "select customers, net_sales, sales_share from marts.rpt_deciles order by decile",
    )
    assert rows[0][:2] == (434, Decimal("5469382.460"))
    assert sum(customers for customers, _, _ in rows) == 4_338
    shares = [share * 100 for _, _, share in rows]
    assert round(shares[0], 2) == 61.38
    assert round(shares[0] + shares[1], 2) == 74.62
    # The published list writes 3.86 for the fifth, which is 3.8655.
    published = [8.17, 5.52, 3.87, 2.84, 2.02, 1.48, 0.98, 0.52]
    assert [round(share, 2) for share in shares[2:]] == published


def test_first_cohort_comes_back_as_published(shop: Path) -> None:
    rows = rows_of(
        shop,
        """
        select active_persons from marts.rpt_cohort_retention
        where cohort_month = '2010-12-01' order by months_since
        """,
    )
    expected = [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235]
    assert [row[0] for row in rows] == expected


def test_repeat_rate_is_the_published_one(shop: Path) -> None:
    ((customers, ratio),) = rows_of(
        shop,
        """
        select customers_at_start + new_buyers, repeat_ratio_to_date
        from marts.rpt_repeat_monthly order by month_start desc limit 1
        """,
    )
    assert customers == 4_338
    assert ratio == pytest.approx(2_845 / 4_338)
    # Invoices in the place of days: the same 2,845 are those who ever went from F1 to F2.
    assert rows_of(
        shop,
        """
        select distinct buyers, converted_ever from marts.rpt_f2_conversion
        where dimension = 'all' and purchase_no = 1
        """,
    ) == [(4_338, 2_845)]


def test_last_month_of_a_cohort_is_incomplete(shop: Path) -> None:
    assert rows_of(
        shop,
        """
        select months_since, is_complete from marts.rpt_cohort_retention
        where cohort_month = '2010-12-01' and months_since >= 11 order by months_since
        """,
    ) == [(11, True), (12, False)]


def test_rfm_of_known_buyers_is_the_published_one(shop: Path) -> None:
    rows = rows_of(
        shop,
        """
        select split_part(record_key, '|', 3), recency_days, frequency, monetary
        from marts.rpt_rfm
        inner join identity.person_identifiers using (person_id)
        where split_part(record_key, '|', 3) in ('12346', '14646', '18102')
        order by 1
        """,
    )
    assert rows == [
        ("12346", 325, 1, Decimal("77183.600")),
        ("14646", 1, 73, Decimal("280206.020")),
        ("18102", 0, 60, Decimal("259657.300")),
    ]


def test_rfm_of_all_buyers_has_the_published_means_and_medians(shop: Path) -> None:
    ((buyers, repeaters, *measures),) = rows_of(
        shop,
        """
        select
            count(*), count(*) filter (frequency >= 2),
            avg(recency_days), median(recency_days),
            avg(frequency), median(frequency),
            avg(monetary), median(cast(monetary as double))
        from marts.rpt_rfm
        """,
    )
    assert (buyers, repeaters) == (4_338, 2_845)
    assert round(repeaters / buyers * 100, 2) == 65.58
    # Published as 92.06, 4.27, 2054.27 and 674.48.
    assert measures == [
        pytest.approx(92.06, abs=0.005),
        50,
        pytest.approx(4.27, abs=0.005),
        2,
        pytest.approx(2054.27, abs=0.005),
        pytest.approx(674.485, abs=1e-9),
    ]


def test_figures_without_a_source_are_null_and_not_zero(shop: Path) -> None:
    assert rows_of(
        shop,
        """
        select count(sessions), count(emails_delivered), count(ad_cost), count(gross_profit)
        from marts.rpt_kpi_daily
        """,
    ) == [(0, 0, 0, 0)]
