from __future__ import annotations

import stat
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.publication.changes import ChangeLimits
from orchestration.publication.editions import current, history
from orchestration.publication.errors import PublicationRefused
from orchestration.publication.gates import GateRecord

Query = Callable[..., list[tuple[Any, ...]]]
CANARY = b"hanako.canary@example.jp"


def test_publish_serves_every_open_table_when_all_is_well(shop: Any, query: Query) -> None:
    report = shop.publish()
    assert current(shop.published) == report.publication
    assert query(
        report.publication.warehouse,
        "select table_schema, table_name from information_schema.tables order by all",
    ) == [
        ("_publication", "gates"),
        ("_publication", "publication"),
        ("_publication", "tables"),
        ("identity", "person_identifiers"),
        ("marts", "customer_360"),
        ("marts", "fct_orders"),
        ("policy", "send_eligibility"),
        ("segments", "seg_winback"),
    ]
    assert query(report.publication.contacts, "select count(*) from contact.person_contacts") == [
        (200,)
    ]


def test_publish_says_what_it_is_in_its_own_tables_when_read(shop: Any, query: Query) -> None:
    shop.publish()
    publication = shop.publish().publication
    assert query(
        publication.warehouse,
        "select publication_id, shop, run_id, as_of_date::varchar, published_at::varchar"
        " from _publication.publication",
    ) == [("pub2", "sample", "run1", "2026-10-31", "2026-11-01 02:00:00")]
    assert query(publication.warehouse, "from _publication.gates") == [
        ("dbt/marts", "unique_customer_360_person_id", True, "error", "")
    ]
    assert query(
        publication.warehouse,
        "select row_count, previous_row_count from _publication.tables"
        " where schema_name = 'segments'",
    ) == [(40, 40)]
    assert query(publication.contacts, "select publication_id from _publication.publication") == [
        ("pub2",)
    ]


def test_publish_writes_parquet_of_the_same_rows_when_not_contact(shop: Any, query: Query) -> None:
    publication = shop.publish().publication
    files = publication.parquet.rglob("*.*")
    assert sorted(str(path.relative_to(publication.parquet)) for path in files) == [
        "identity/person_identifiers.parquet",
        "marts/customer_360.parquet",
        "marts/fct_orders.parquet",
        "policy/send_eligibility.parquet",
        "segments/seg_winback.parquet",
    ]
    orders = publication.parquet / "marts/fct_orders.parquet"
    assert query(
        publication.warehouse,
        f"select count(*) from (from marts.fct_orders except all from '{orders}')",
    ) == [(0,)]


def test_publish_keeps_addresses_in_the_contact_file_when_others_are_read(shop: Any) -> None:
    publication = shop.publish().publication
    open_files = [p for p in publication.folder.rglob("*") if p.is_file()]
    open_files.remove(publication.contacts)
    assert len(open_files) == 7
    assert not any(CANARY in path.read_bytes() for path in open_files)
    assert CANARY in publication.contacts.read_bytes()
    assert stat.S_IMODE(publication.contacts.stat().st_mode) == 0o600
    assert stat.S_IMODE(publication.warehouse.stat().st_mode) == 0o444


@pytest.mark.parametrize("name", ["warehouse.duckdb", "contacts.duckdb"])
def test_publish_writes_a_storage_version_that_1x_opens_when_the_header_is_read(
    shop: Any, name: str
) -> None:
    header = (shop.publish().publication.folder / name).read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    # 64 is what DuckDB 1.0 writes and every later one opens.
    assert struct.unpack("<Q", header[12:20]) == (64,)


@pytest.mark.parametrize(
    ("gates", "reason"),
    [
        ((), "gate dbt/marts has no result in this run"),
        (
            (GateRecord("dbt/marts", "not_null_x", False, "error", "12 rows"),),
            "gate dbt/marts, check not_null_x: 12 rows",
        ),
        (
            (
                GateRecord("dbt/marts", "not_null_x", True, "error", ""),
                GateRecord("inbound/ec/orders", "rows_accepted", False, "error", "3 of 9 rows"),
            ),
            "gate inbound/ec/orders, check rows_accepted: 3 of 9 rows",
        ),
    ],
    ids=["missing", "failed", "failed beside the required"],
)
def test_publish_refuses_when_a_gate_is_missing_or_failed(
    shop: Any, gates: tuple[GateRecord, ...], reason: str
) -> None:
    before = shop.publish().publication
    with pytest.raises(PublicationRefused, match=reason):
        shop.publish(gates=gates)
    assert current(shop.published) == before
    assert sorted(path.name for path in shop.published.iterdir()) == [".lock", "current", "pub1"]


def test_publish_goes_on_when_the_failed_gate_is_a_warning(shop: Any, query: Query) -> None:
    warning = GateRecord("dbt/marts", "contact_present", False, "warn", "120 of 200 rows")
    publication = shop.publish(gates=(warning,)).publication
    assert query(publication.warehouse, "select severity, passed from _publication.gates") == [
        ("warn", False)
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            "delete from marts.customer_360 where order_count > 99",
            "marts.customer_360 went from 200 rows to 99; between 100 and 400",
        ),
        (
            "insert into marts.customer_360 select 'q' || i, 0, 0 from range(201) t(i)",
            "marts.customer_360 went from 200 rows to 401; between 100 and 400",
        ),
        ("drop table segments.seg_winback", "segments.seg_winback is gone: it had 40 rows"),
        ("truncate identity.person_identifiers", "from 1 rows to none"),
        (
            "update marts.fct_orders set net_sales = 0 where order_id in"
            " ('ec:1', 'ec:2', 'ec:3', 'ec:4', 'ec:5', 'ec:6', 'ec:7')",
            r"up to 2026-10-31 fell by 2\.3%, from 310,000 to 303,000 JPY",
        ),
    ],
    ids=["shrinks", "grows", "gone", "emptied", "sales fall"],
)
def test_publish_refuses_when_a_change_is_past_its_limits(
    shop: Any, change: str, reason: str
) -> None:
    before = shop.publish().publication
    shop.build(change)
    with pytest.raises(PublicationRefused, match=reason):
        shop.publish()
    assert current(shop.published) == before
    assert shop.publish(limits=None).publication.publication_id == "pub3"


@pytest.mark.parametrize(
    "change",
    [
        "delete from marts.customer_360 where order_count > 100",
        "insert into marts.customer_360 select 'q' || i, 0, 0 from range(200) t(i)",
        "truncate segments.seg_winback",
        "update marts.fct_orders set net_sales = 0 where order_id in"
        " ('ec:1', 'ec:2', 'ec:3', 'ec:4', 'ec:5', 'ec:6')",
        "insert into marts.fct_orders values ('ec:x', date '2026-11-01', -90000, 'JPY')",
    ],
    ids=["shrinks to the limit", "doubles", "segment empties", "sales fall 1.9 %", "later day"],
)
def test_publish_goes_on_when_a_change_is_within_its_limits(shop: Any, change: str) -> None:
    shop.publish()
    shop.build(change)
    assert shop.publish().publication.publication_id == "pub2"


def test_publish_follows_the_given_limits_when_they_are_tighter(shop: Any) -> None:
    shop.publish()
    shop.build("delete from segments.seg_winback where person_id = 'p1'")
    tight = ChangeLimits(max_growth_ratio=0, max_shrink_ratio=0, floor_rows=0)
    with pytest.raises(PublicationRefused, match=r"seg_winback went from 40 rows to 39"):
        shop.publish(limits=tight)


@pytest.mark.parametrize("text", [CANARY.decode(), "https://x.jp/?mail=hanako%40example.co.jp"])
def test_publish_refuses_when_an_open_table_holds_an_address(shop: Any, text: str) -> None:
    shop.build(f"create table marts.dim_x as select 'a' as id, '{text}' as note")
    with pytest.raises(PublicationRefused, match=r"marts\.dim_x\.note holds an e-mail") as refusal:
        shop.publish()
    assert "hanako" not in str(refusal.value)
    assert current(shop.published) is None


def test_publish_takes_an_at_sign_for_no_address_when_no_domain_follows(shop: Any) -> None:
    shop.build("create table marts.dim_x as select 'set @ 500 yen, 2@3.' as name")
    assert shop.publish().publication.row_counts()["marts.dim_x"] == 1


def test_publish_refuses_when_there_is_nothing_to_publish(shop: Any) -> None:
    shop.work.unlink()
    with pytest.raises(PublicationRefused, match=r"no work database warehouse\.duckdb"):
        shop.publish()
    duckdb.connect(str(shop.work)).close()
    with pytest.raises(PublicationRefused, match="nothing to publish"):
        shop.publish()


def test_publish_refuses_when_the_folder_serves_another_shop(shop: Any) -> None:
    shop.publish()
    with pytest.raises(PublicationRefused, match="serves the shop sample, not other"):
        shop.publish(shop="other")


def test_publish_refuses_when_the_id_was_used(shop: Any) -> None:
    shop.publish()
    shop.made = 0
    with pytest.raises(PublicationRefused, match="pub1 exists"):
        shop.publish()


def test_publish_leaves_the_old_one_when_the_refused_file_is_damaged(shop: Any) -> None:
    before = shop.publish().publication
    shop.work.write_bytes(b"no database")
    with pytest.raises(PublicationRefused, match="cannot be read"):
        shop.publish()
    assert current(shop.published) == before


def test_publish_refuses_when_a_build_still_writes(shop: Any) -> None:
    with (
        duckdb.connect(str(shop.work)),
        pytest.raises(PublicationRefused, match="a build still writes it"),
    ):
        shop.publish()


def test_publish_makes_equal_rows_when_the_same_work_is_published_twice(shop: Any) -> None:
    first = shop.publish().publication
    shop.build()
    second = shop.publish()
    assert second.changed_tables == ()
    assert [t.content_hash for t in second.publication.tables] == [
        t.content_hash for t in first.tables
    ]


def test_publish_names_the_changed_table_when_one_value_differs(shop: Any) -> None:
    assert len(shop.publish().changed_tables) == 6
    shop.build("update marts.customer_360 set order_count = 7 where person_id = 'p8'")
    assert shop.publish().changed_tables == ("marts.customer_360",)


def test_publish_keeps_the_newest_when_there_are_more(shop: Any) -> None:
    for _ in range(3):
        shop.publish(keep=2)
    assert [each.publication_id for each in history(shop.published)] == ["pub3", "pub2"]
    report = shop.publish(keep=1)
    assert report.removed == ("pub3", "pub2")
    assert sorted(path.name for path in shop.published.iterdir()) == [".lock", "current", "pub4"]


def test_publish_refuses_to_keep_nothing_when_asked(shop: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="keep is 0"):
        shop.publish(keep=0)
