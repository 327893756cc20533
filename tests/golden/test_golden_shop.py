"""The whole build of the hand-worked shop, table by table."""

import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.golden.building import build_shop, rows_of
from tests.golden.shop import at, write_shop

VARIABLES = {"as_of_date": "2026-10-31"}
PERSONS = {
    "ec_cube|customer|1": "hanako",
    "ec_cube|customer|2": "taro",
    "ec_cube|customer|3": "jiro",
    "ec_cube|customer|4": "saburo",
    "ec_cube|customer|5": "shiro",
    "ec_cube|order|E6": "guest",
    "mall|customer|m1": "rikka",
}
PUBLISHED = ("marts", "segments", "policy", "identity", "contact")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = tmp_path_factory.mktemp("golden")
    write_shop(workspace / "lake")
    build_shop(workspace, VARIABLES, with_unit_tests=True)
    return workspace


def named_rows(shop: Path, table: str, columns: str, order_by: str = "1") -> list[tuple[Any, ...]]:
    """Rows of a table whose person_id comes first, with names in its place."""
    records = ", ".join(f"('{record}', '{name}')" for record, name in PERSONS.items())
    return rows_of(
        shop,
        f"""
        with names as (
            select person_identifiers.person_id, named.name
            from (values {records}) as named (record_key, name)
            inner join identity.person_identifiers using (record_key)
        )
        select names.name, {columns}
        from {table} as published
        left join names on published.person_id = names.person_id
        order by {order_by}
        """,
    )


def test_persons_are_told_apart(shop: Path) -> None:
    assert rows_of(shop, "select count(*) from marts.customer_360") == [(7,)]
    # Her guest order is hers by address and name; his has the same address, not the name.
    hers = "select person_id from identity.person_identifiers where record_key = '{}'"
    assert rows_of(shop, hers.format("ec_cube|order|E2")) == rows_of(
        shop, hers.format("ec_cube|customer|1")
    )
    assert len({name for (name, *_) in named_rows(shop, "marts.customer_360", "1")}) == 7


def test_edges_say_which_rule_joined_whom_and_who_stays_apart(shop: Path) -> None:
    columns = "left_record, right_record, rule, tier, is_accepted, refused_reason"
    edges = rows_of(
        shop, f"select {columns} from identity.identity_edges where tier > 1 order by rule"
    )
    hers = ("ec_cube|customer|1", "ec_cube|order|E2")
    assert edges == [
        (*hers, "email_and_name", 3, True, None),
        (*hers, "email_and_name_loose", 3, True, None),
    ]
    quality = dict(
        rows_of(
            shop,
            """
            select measure || ' ' || subject, amount from identity.identity_quality
            where measure not like 'edges%'
            """,
        )
    )
    # Six customers, and three orders that name their buyer: E2 is hers, R1 is the mall member's.
    assert quality == {
        "records customer": 6,
        "records order": 3,
        "persons all": 7,
        "persons joined": 2,
        "records_per_person median": 1,
        "records_per_person p90": 2,
        "records_per_person p99": 2,
        "records_per_person max": 2,
    }


def test_household_is_one_family_at_one_address(shop: Path) -> None:
    households = dict(named_rows(shop, "marts.customer_360", "published.household_id"))
    assert households["hanako"] == households["taro"]
    # The same house, other names, no common telephone.
    assert len({households[name] for name in ("hanako", "shiro", "rikka")}) == 3
    assert {name for name, household in households.items() if household is None} == {
        "jiro",
        "saburo",
        "guest",
    }


def test_orders_are_judged_and_numbered(shop: Path) -> None:
    rows = named_rows(
        shop,
        "marts.fct_orders",
        """published.source_order_id, published.ordered_date, published.gross_sales,
        published.returned_amount, published.net_sales, published.gross_profit,
        published.purchase_no, published.exclusion_reason""",
        "published.source_order_id",
    )
    assert [_plain(row) for row in rows] == [
        ("hanako", "E1", date(2026, 8, 1), 2000, 0, 1900, 1100, 1, None),
        ("shiro", "E10", date(2026, 1, 6), 1000, 1000, 0, 0, None, "returned"),
        ("hanako", "E2", date(2026, 8, 1), 500, 0, 500, 300, 1, None),
        ("hanako", "E3", date(2026, 8, 2), 1000, 0, 1000, 600, 2, None),
        ("taro", "E4", date(2026, 10, 10), 1500, 500, 1000, 600, 1, None),
        ("saburo", "E5", date(2026, 10, 30), 500, 0, 0, 0, None, "pending"),
        ("guest", "E6", date(2026, 1, 5), 1000, 0, 0, 0, None, "cancelled"),
        (None, "E7", date(2026, 2, 1), 700, 0, 0, 0, None, "unattributed"),
        ("shiro", "E8", date(2024, 10, 31), 1000, 0, 1000, 600, 1, None),
        ("rikka", "R1", date(2025, 12, 1), 3000, 0, 3000, None, 1, None),
    ]


def test_lines_that_the_corrected_file_drops_are_gone(shop: Path) -> None:
    lines = rows_of(
        shop,
        """
        select source_line_id, quantity, unit_price from staging.stg_order_lines
        where source_order_id = 'E1' order by source_line_id
        """,
    )
    assert [_plain(row) for row in lines] == [("1", 2, 1000), ("2", 1, 500)]


def test_whole_returned_orders_are_returned_amount_of_their_person(shop: Path) -> None:
    rows = named_rows(shop, "marts.customer_360", "order_count, net_sales, returned_amount")
    # Taro sent one piece of 500 back, Shiro a whole order.
    assert [_plain(row) for row in rows if row[3]] == [
        ("shiro", 2, 1000, 1000),
        ("taro", 1, 1000, 500),
    ]


def test_rfm_scores_the_four_buyers(shop: Path) -> None:
    rows = named_rows(
        shop,
        "marts.rpt_rfm",
        "recency_days, frequency, monetary, r_score, f_score, m_score, rfm_segment",
    )
    assert [_plain(row) for row in rows] == [
        ("hanako", 90, 2, 3400, 4, 2, 5, "potential_loyalist"),
        ("rikka", 334, 1, 3000, 2, 1, 4, "hibernating"),
        ("shiro", 730, 1, 1000, 1, 1, 1, "hibernating"),
        ("taro", 21, 1, 1000, 5, 1, 1, "new"),
    ]


def test_deciles_rank_the_four_buyers(shop: Path) -> None:
    rows = rows_of(
        shop, "select decile, customers, net_sales, sales_share from marts.rpt_deciles order by 1"
    )
    assert [(row[0], row[1], int(row[2])) for row in rows] == [
        (1, 1, 3400),
        (2, 1, 3000),
        (3, 1, 1000),
        (4, 1, 1000),
    ]
    assert rows[0][3] == pytest.approx(3400 / 8400)


def test_stages_place_everybody(shop: Path) -> None:
    assert named_rows(shop, "marts.customer_360", "published.stage") == [
        ("guest", "dormant_lead"),
        ("hanako", "repeater"),
        ("jiro", "hot_lead"),
        ("rikka", "dormant_customer"),
        ("saburo", "lead"),
        ("shiro", "dormant_customer"),
        ("taro", "customer"),
    ]
    assert rows_of(
        shop, "select stage, subjects from marts.rpt_stage_ladder order by stage_order"
    ) == [
        ("visitor", 1),
        ("lead", 1),
        ("hot_lead", 1),
        ("customer", 1),
        ("repeater", 1),
        ("dormant_lead", 1),
        ("dormant_customer", 2),
    ]


def test_sessions_end_by_silence_and_leave_crawlers_out(shop: Path) -> None:
    assert named_rows(
        shop,
        "marts.fct_web_sessions",
        "published.anonymous_id, published.product_views, published.duration_seconds",
        "published.started_at, published.anonymous_id",
    ) == [("jiro", "b1", 2, 300), (None, "b2", 1, 0), ("jiro", "b1", 1, 0)]


def test_a_session_before_the_login_is_his_who_logged_in_later(shop: Path) -> None:
    assert named_rows(
        shop,
        "marts.fct_web_sessions",
        "published.anonymous_id, published.attribution",
        "published.started_at, published.anonymous_id",
    ) == [("jiro", "b1", "backfill"), (None, "b2", None), ("jiro", "b1", "login")]
    assert rows_of(
        shop,
        """
        select occurred_at, is_anonymous from marts.person_timeline
        where event_kind = 'session' order by occurred_at
        """,
    ) == [(at("2026-10-30 11:00"), True), (at("2026-10-30 11:36"), False)]


def test_segments_hold_whom_they_should(shop: Path) -> None:
    assert named_rows(shop, "segments.seg_first_purchase", "entered_at, last_product_name") == [
        ("jiro", at("2026-10-01 00:00"), "煎茶")
    ]
    assert named_rows(
        shop, "segments.seg_second_purchase", "entered_at, days_since_delivery, first_product_id"
    ) == [("taro", at("2026-10-31 01:00"), 14, "ec_cube:12")]
    assert named_rows(shop, "segments.seg_winback", "entered_at, recency_days") == [
        ("rikka", at("2026-05-30 15:00"), 334),
        ("shiro", at("2025-04-29 15:00"), 730),
    ]


def test_policy_gives_one_reason_for_each_refusal(shop: Path) -> None:
    rows = named_rows(
        shop,
        "(from policy.send_eligibility where is_enabled)",
        "published.sync, published.reason_code",
        "published.sync, names.name",
    )
    assert rows == [
        ("jiro", "first_purchase__sendgrid_contacts", None),
        ("taro", "second_purchase__file", "open_inquiry"),
        ("taro", "second_purchase__sendgrid_contacts", "open_inquiry"),
        # Rikka only ever bought at the mall, which is no licence to write to her.
        ("rikka", "winback__file", "no_consent"),
        ("shiro", "winback__file", "no_consent"),
        ("rikka", "winback__sendgrid_contacts", "no_consent"),
        ("shiro", "winback__sendgrid_contacts", "unsubscribed"),
    ]


def test_daily_figures_are_those_of_the_orders(shop: Path) -> None:
    columns = "kpi_date, orders, buyers, new_buyers, net_sales, gross_profit, returned_amount"
    rows = rows_of(
        shop,
        f"""
        select {columns} from marts.rpt_kpi_daily
        where orders > 0 or returned_amount > 0 order by kpi_date
        """,
    )
    assert [_plain(row) for row in rows] == [
        (date(2024, 10, 31), 1, 1, 1, 1000, 600, 0),
        (date(2025, 12, 1), 1, 1, 1, 3000, None, 0),
        (date(2026, 1, 6), 0, 0, 0, 0, None, 1000),
        (date(2026, 8, 1), 2, 1, 1, 2400, 1400, 0),
        (date(2026, 8, 2), 1, 1, 0, 1000, 600, 0),
        (date(2026, 10, 10), 1, 1, 1, 1000, 600, 500),
    ]
    # 2024-10-31 to 2026-10-31: 730 days apart, both counted.
    assert rows_of(shop, "select count(*), max(kpi_date) from marts.rpt_kpi_daily") == [
        (731, date(2026, 10, 31))
    ]


def test_cohorts_follow_each_first_purchase_to_the_end(shop: Path) -> None:
    assert rows_of(
        shop,
        """
        select cohort_month, count(*), sum(active_persons), max(cumulative_buyers_repeat)
        from marts.rpt_cohort_retention group by cohort_month order by cohort_month
        """,
    ) == [
        (date(2024, 10, 1), 25, 1, 0),
        (date(2025, 12, 1), 11, 1, 0),
        (date(2026, 8, 1), 3, 1, 1),
        (date(2026, 10, 1), 1, 1, 0),
    ]


def test_everything_left_out_is_counted(shop: Path) -> None:
    rows = rows_of(
        shop, "select subject, source, reason, rows, amount from marts.rpt_exclusions order by 1, 3"
    )
    assert [_plain(row) for row in rows] == [
        ("order", "ec_cube", "cancelled", 1, 1000),
        ("order", "ec_cube", "pending", 1, 500),
        ("order", "ec_cube", "returned", 1, 1000),
        ("order", "ec_cube", "unattributed", 1, 700),
        ("order_line", "ec_cube", "cancelled_order", 1, 1000),
        ("order_line", "ec_cube", "pending_order", 1, 500),
        ("order_line", "ec_cube", "returned_order", 1, 1000),
        ("order_line", "ec_cube", "unattributed", 1, 700),
        ("quarantined_row", "ec_cube", "bad_decimal", 1, None),
    ]


def test_products_take_from_the_master_what_the_shop_does_not_say(shop: Path) -> None:
    rows = rows_of(
        shop,
        "select product_id, category, unit_cost, units_sold, net_sales from marts.dim_products"
        " order by product_id",
    )
    assert [_plain(row) for row in rows] == [
        ("ec_cube:11", "茶", 400, 4, 4000),
        ("ec_cube:12", "菓子", 200, 3, 1500),
        ("mall:T9", None, None, 1, 3000),
        ("product_master:T1", "茶", 400, 0, 0),
        ("product_master:T2", "菓子", 200, 0, 0),
    ]


def test_published_schemas_hold_no_raw_personal_data(shop: Path) -> None:
    assert (
        rows_of(
            shop,
            """
        select table_schema || '.' || table_name || '.' || column_name
        from information_schema.columns
        where table_schema in ('marts', 'segments', 'policy', 'identity')
        and column_name in ('email', 'phone', 'family_name', 'given_name', 'postal_code',
            'address_line1', 'address_line2', 'birth_date', 'line_user_id', 'email_key',
            'name_key', 'ip_address', 'recipient', 'phone_key', 'address_key', 'kana_key',
            'birth_key', 'id_value', 'mailbox_key')
        """,
        )
        == []
    )


def test_every_table_is_the_same_when_rows_come_in_another_order(
    shop: Path, tmp_path: Path
) -> None:
    write_shop(tmp_path / "lake", shuffle=random.Random(1))  # noqa: S311  a fixed seed, no secret
    build_shop(tmp_path, VARIABLES, with_data_tests=False)
    tables = rows_of(
        shop,
        f"""
        select table_schema || '.' || table_name from information_schema.tables
        where table_schema in {PUBLISHED} order by 1
        """,
    )
    assert len(tables) >= 25
    for (table,) in tables:
        everything = f"select * from {table} order by all"
        assert rows_of(tmp_path, everything) == rows_of(shop, everything), table


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(int(value) if isinstance(value, Decimal) else value for value in row)
