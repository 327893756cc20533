"""What lands enters the lake once, as a whole, with every row accounted for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from orchestration.ingest.errors import ContractError, GateFailed
from orchestration.ingest.ingest import LandedBatch, ingest_source

HEADER = "number,ordered,changed,state,total,mail,phone\n"
GOOD = "001,2026-10-31 12:00:00,2026-10-31 12:30:00,1,1200,a@example.com,09012345678\n"
OTHER = "002,2026-11-01 00:30:00,,9,0,,0312345678\n"


@dataclass(frozen=True)
class Verdict:
    passed: bool

    def message(self) -> str:
        return "total_present failed on 1 row"


def test_ingest_writes_declared_types_when_rows_are_good(shop: Any) -> None:
    shop.land("orders_1.csv", HEADER + GOOD + OTHER)

    shop.ingest()

    assert shop.rows("orders", "source_order_id, ordered_at, status, total, phone, email_key") == [
        (
            "001",
            datetime.fromisoformat("2026-10-31 03:00:00"),
            "paid",
            Decimal("1200.000"),
            "09012345678",
            "a@example.com",
        ),
        (
            "002",
            datetime.fromisoformat("2026-10-31 15:30:00"),
            "cancelled",
            Decimal("0.000"),
            "0312345678",
            None,
        ),
    ]


def test_ingest_writes_where_each_row_came_from(shop: Any) -> None:
    path = shop.land("orders_1.csv", HEADER + GOOD)

    shop.ingest()

    assert shop.rows(
        "orders", "_source, _file, _file_sha256, _row, _revision, _version, _loaded_at"
    ) == [
        (
            "shop",
            "shop/orders_1.csv",
            sha256(path.read_bytes()).hexdigest(),
            2,
            1,
            datetime.fromisoformat("2026-10-31 03:30:00"),
            datetime.fromisoformat("2026-11-01 03:00:00"),
        )
    ]


@pytest.mark.parametrize(
    ("row", "reason", "column"),
    [
        pytest.param(",2026-10-31,,1,1,,", "missing_value", "number", id="no-key"),
        pytest.param("3,,,1,1,,", "missing_value", "ordered", id="no-required-value"),
        pytest.param("3,2026-02-30 00:00:00,,1,1,,", "bad_timestamp", "ordered", id="no-such-day"),
        pytest.param("3,2026-10-31,,5,1,,", "not_allowed", "state", id="unknown-state"),
        pytest.param("3,2026-10-31,,1,1.2345,,", "bad_decimal", "total", id="four-places"),
        pytest.param("3,2026-10-31,,1,-1,,", "out_of_range", "total", id="negative-total"),
        pytest.param("3,2026-10-31,,1,1,", "wrong_field_count", None, id="field-lost"),
        pytest.param("3,2026-10-31,,1,1,,,", "wrong_field_count", None, id="field-too-many"),
        pytest.param(b"3,2026-10-31,,1,1,\xff,", "bad_encoding", None, id="not-utf-8"),
        pytest.param("3,soon,,5,x,,", "bad_timestamp", "ordered", id="first-failing-column"),
    ],
)
def test_ingest_quarantines_the_row_with_its_reason(
    shop: Any, row: str | bytes, reason: str, column: str | None
) -> None:
    bad = row if isinstance(row, bytes) else row.encode()
    shop.land("orders_1.csv", (HEADER + GOOD).encode() + bad + b"\n" + OTHER.encode())

    report = shop.ingest()

    assert shop.quarantine() == [(3, reason, column)]
    assert shop.rows("orders", "source_order_id, _row") == [("001", 2), ("002", 4)]
    assert report.entities[0].quarantined_by_reason == {reason: 1}


def test_quarantine_keeps_the_source_row_as_json(shop: Any) -> None:
    shop.land("orders_1.csv", HEADER + GOOD + "髙,soon,,1,1,,\n")

    shop.ingest()

    assert shop.quarantine("file, raw_row") == [
        (
            "shop/orders_1.csv",
            '{"number": "髙", "ordered": "soon", "changed": "", "state": "1", "total": "1", '
            '"mail": "", "phone": ""}',
        )
    ]


def test_ingest_does_nothing_when_the_same_content_lands_again(shop: Any) -> None:
    shop.land("orders_1.csv", HEADER + GOOD)
    shop.ingest()
    before = shop.lake_files()

    shop.land("orders_1.csv", HEADER + GOOD)
    report = shop.ingest()

    assert shop.lake_files() == before
    assert (report.files_new, report.entities[0].files_skipped) == (0, 1)


def test_ingest_takes_a_known_content_under_another_name_as_a_file_of_its_own(shop: Any) -> None:
    shop.land("orders_1.csv", HEADER + GOOD)
    shop.ingest()

    shop.land("orders_copy.csv", HEADER + GOOD)
    report = shop.ingest()

    assert (report.files_new, report.entities[0].files_skipped) == (1, 1)
    assert shop.rows("orders", "source_order_id, _file, _revision") == [
        ("001", "shop/orders_1.csv", 1),
        ("001", "shop/orders_copy.csv", 1),
    ]


def test_ingest_keeps_history_when_a_file_is_corrected(shop: Any) -> None:
    shop.land("orders_1.csv", HEADER + GOOD)
    shop.ingest()

    shop.land("orders_1.csv", HEADER + GOOD.replace("1200", "1300"))
    shop.ingest()

    assert shop.rows("orders", "source_order_id, total, _revision") == [
        ("001", Decimal(1200), 1),
        ("001", Decimal(1300), 2),
    ]
    assert shop.log("revision, rows_accepted") == [(1, 1), (2, 1)]


def test_ingest_makes_a_third_revision_when_a_correction_is_taken_back(shop: Any) -> None:
    for total in ("1200", "1300", "1200"):
        shop.land("orders_1.csv", HEADER + GOOD.replace("1200", total))
        shop.ingest()

    assert shop.rows("orders", "total, _revision") == [
        (Decimal(1200), 1),
        (Decimal(1300), 2),
        (Decimal(1200), 3),
    ]


def test_ingest_takes_the_rows_once_when_it_crashed_before_the_log(shop: Any) -> None:
    shop.land("orders_1.csv", HEADER + GOOD)
    shop.ingest()
    for log in shop.lake.files_folder.glob("shop-*.parquet"):
        log.unlink()

    shop.land("orders_2.csv", HEADER + OTHER)
    shop.ingest()

    assert shop.rows("orders", "source_order_id, _loaded_at") == [
        ("001", datetime.fromisoformat("2026-11-02 03:00:00")),
        ("002", datetime.fromisoformat("2026-11-02 03:00:00")),
    ]


def test_ingest_counts_repeated_keys_and_keeps_the_newest_version(shop: Any) -> None:
    newest = GOOD.replace("12:30:00,1,1200", "18:00:00,1,1500")
    shop.land("orders_1.csv", HEADER + GOOD + newest + GOOD + OTHER)

    shop.ingest()

    assert shop.rows("orders", "source_order_id, total, _row") == [
        ("001", Decimal(1500), 3),
        ("002", Decimal(0), 5),
    ]
    assert shop.log("rows_read, rows_accepted, rows_quarantined, rows_repeated") == [(4, 2, 0, 2)]


def test_ingest_keeps_the_last_of_equal_versions(shop: Any) -> None:
    shop.land("orders_1.csv", HEADER + GOOD + GOOD.replace("1200", "900"))

    shop.ingest()

    assert shop.rows("orders", "total, _row") == [(Decimal(900), 3)]


@pytest.mark.parametrize(
    ("good", "bad", "is_taken"),
    [pytest.param(9, 1, True, id="at-the-limit"), pytest.param(8, 1, False, id="above")],
)
def test_ingest_refuses_the_file_only_above_its_ratio(
    make_shop: Callable[[str], Any], good: int, bad: int, is_taken: bool
) -> None:
    shop = make_shop(
        """
        source: shop
        description: Products.
        feeds:
          - name: products
            files: "*.csv"
            format: csv
            max_bad_row_ratio: 0.1
            entities:
              - entity: products
                columns: {source_product_id: id, stock_quantity: stock}
        """
    )
    lines = [f"p{number},1" for number in range(good)] + ["bad,many"] * bad
    shop.land("p.csv", "id,stock\n" + "\n".join(lines))

    if is_taken:
        shop.ingest()
        assert len(shop.rows("products")) == good
    else:
        with pytest.raises(ContractError, match=r"1 of 9 rows are bad \(bad_integer 1 at stock\)"):
            shop.ingest()
        assert not shop.lake.root.joinpath("raw", "shop").exists()


def test_contract_error_names_rows_and_reasons_but_no_values(shop: Any) -> None:
    shop.land("orders_1.csv", HEADER + "x@example.com,soon,,1,1,,090\n" * 2)

    with pytest.raises(ContractError) as caught:
        shop.ingest()

    text = str(caught.value)
    assert text.startswith("shop/orders_1.csv: 2 of 2 rows are bad (bad_timestamp 2 at ordered)")
    assert "row 2 bad_timestamp, row 3 bad_timestamp" in text
    assert "example.com" not in text
    assert "soon" not in text


def test_ingest_changes_nothing_when_one_file_of_two_breaks_its_contract(shop: Any) -> None:
    shop.land("orders_1.csv", HEADER + GOOD)
    shop.land("orders_2.csv", HEADER.replace("total", "Total") + OTHER)

    with pytest.raises(ContractError) as caught:
        shop.ingest()

    assert str(caught.value) == (
        "shop/orders_2.csv: the file has no column total. Export it with that column, or mend "
        "`from:` in the mapping. The nearest in the file: Total."
    )
    assert shop.lake_files() == []


def test_ingest_refuses_a_file_without_a_header(shop: Any) -> None:
    shop.land("orders_1.csv", b"")

    with pytest.raises(ContractError, match="the header is empty"):
        shop.ingest()


def test_ingest_takes_a_file_with_only_a_header(shop: Any) -> None:
    shop.land("orders_1.csv", HEADER)

    report = shop.ingest()

    assert (report.entities[0].files_new, report.entities[0].rows_read) == (1, 0)
    assert shop.rows("orders") == []


def test_ingest_reports_nothing_when_nothing_has_landed(shop: Any) -> None:
    report = shop.ingest()

    assert (report.files_new, report.entities[0].entity) == (0, "orders")
    assert not shop.lake.files_folder.exists()


def test_gate_sees_accepted_and_rejected_rows_of_all_new_files(shop: Any) -> None:
    seen: list[LandedBatch] = []
    frames = []

    def gate(batch: LandedBatch) -> Verdict:
        seen.append(batch)
        frames.append(batch.frame())
        return Verdict(passed=True)

    shop.gate = gate
    shop.land("orders_1.csv", HEADER + GOOD + GOOD)
    shop.land("orders_2.csv", HEADER + OTHER + "3,soon,,1,5,,\n")

    report = shop.ingest()

    frame = frames[0]
    assert (seen[0].source, seen[0].entity, seen[0].rows) == ("shop", "orders", 3)
    assert seen[0].files == ("shop/orders_1.csv", "shop/orders_2.csv")
    assert seen[0].max_bad_row_ratio == 0.5
    assert frame["_row"].tolist() == [3, 2, 3]
    assert frame["_reject_reason"].isna().tolist() == [True, True, False]
    assert frame["total"].tolist() == [1200.0, 0.0, 5.0]
    assert report.gates["orders"].passed


def test_ingest_changes_nothing_when_a_gate_fails(shop: Any) -> None:
    shop.land("orders_1.csv", HEADER + GOOD)
    shop.gate = lambda _: Verdict(passed=False)

    with pytest.raises(GateFailed) as caught:
        shop.ingest()

    assert str(caught.value) == "shop.orders: total_present failed on 1 row"
    assert not caught.value.report.gates["orders"].passed
    assert caught.value.report.entities[0].accepted == 1
    assert shop.lake_files() == []


def test_gate_is_not_asked_when_nothing_is_new(shop: Any) -> None:
    shop.land("orders_1.csv", HEADER + GOOD)
    shop.ingest()
    shop.gate = lambda _: pytest.fail("asked")

    assert shop.ingest().gates == {}


def test_ingest_writes_utc_when_the_load_time_has_a_zone(shop: Any) -> None:
    shop.land("orders_1.csv", HEADER + GOOD)
    japan = timezone(timedelta(hours=9))

    ingest_source(
        shop.mapping,
        landing=shop.root / "landing",
        lake=shop.lake,
        loaded_at=datetime(2026, 11, 1, 8, 0, tzinfo=japan),
        gate=None,
        shop_time_zone="Asia/Tokyo",
        click_key=None,
    )

    assert shop.rows("orders", "_loaded_at") == [
        (datetime(2026, 10, 31, 23, 0, tzinfo=UTC).replace(tzinfo=None),)
    ]
    assert any("load_date=2026-10-31" in name for name in shop.lake_files())
