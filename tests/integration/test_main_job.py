"""The whole job as a user starts it: from landed files to the channels, and once more."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.conftest import BuiltShop
from tests.integration.shops import TestShop, copy_of, csv_bytes

DELIVERING = {"second_purchase__file": "utf-8-sig", "winback__file": "cp932"}
"""Sync -> encoding of its files: people open the call list, the printer's machine the letters."""
DRY = {
    "first_purchase__sendgrid_contacts",
    "second_purchase__sendgrid_contacts",
    "winback__sendgrid_contacts",
}
RUN_HISTORY = """
import json
from orchestration.definitions import defs
from orchestration.launch import dagster_instance
graph = defs.resolve_asset_graph()
with dagster_instance() as instance:
    found = instance.event_log_storage.get_latest_asset_check_execution_by_key(
        list(graph.asset_check_keys)
    )
    print(json.dumps({
        "assets": {
            key.to_user_string(): sorted(
                instance.get_latest_materialization_event(key).asset_materialization.metadata
            )
            for key in graph.materializable_asset_keys
            if key.path != ["table_docs"]
        },
        "checks": {
            "/".join([key.asset_key.to_user_string(), key.name]):
                found[key].status.value if key in found else "missing"
            for key in graph.asset_check_keys
        },
    }))
"""
READ_FOR_EVER = """
import sys, time, duckdb
from pathlib import Path
current, stop = Path(sys.argv[1]), Path(sys.argv[2])
seen, rounds = set(), 0
while not stop.exists():
    with duckdb.connect(str(current / "warehouse.duckdb"), read_only=True) as connection:
        orders, = connection.execute("select count(*) from marts.fct_orders").fetchone()
        people, = connection.execute("select count(*) from marts.customer_360").fetchone()
        assert orders and people
        row = connection.execute("select publication_id from _publication.publication").fetchone()
        seen.add(row)
    rounds += 1
    time.sleep(0.05)
print(rounds, len(seen))
"""


def test_run_ends_well_and_says_what_it_did(built: BuiltShop) -> None:
    assert built.exit_code == 0, built.console
    for stage in ("ingested", "quarantined", "resolved", "published"):
        assert stage in built.console
    publication = built.shop.published
    rows = sum(publication.row_counts().values())
    assert f"{len(publication.tables)} tables, {rows:,} rows" in built.console
    assert re.search(r"sync +add +change +remove +same +refused +sent +status", built.console)
    assert re.search(r"report: \S*index\.html", built.console.replace("\n", ""))
    pages = sorted(built.shop.workspace.reports.glob("*.html"))
    assert len(pages) > 3
    assert all(page.read_text("utf-8").rstrip().endswith("</html>") for page in pages)


def test_run_shows_every_sync_with_its_counts(built: BuiltShop) -> None:
    shown = {
        match[1]: tuple(int(figure.replace(",", "")) for figure in match[2].split())
        for match in re.finditer(r"^ +(\w+__\w+) +((?:[\d,]+ +){6})", built.console, re.MULTILINE)
    }
    assert shown == {
        name: (
            summary["adds"],
            summary["changes"],
            summary["removals"],
            summary["unchanged"],
            sum(summary["refused"].values()),
            summary["delivered"],
        )
        for name, summary in built.shop.summaries().items()
    }
    assert set(shown) == DRY | set(DELIVERING)


def test_dagster_knows_every_asset_and_every_check(built_shop: TestShop) -> None:
    history = built_shop.python(RUN_HISTORY)
    timings = {"seconds", "Execution Duration"}
    assert {key for key, told in history["assets"].items() if not timings & set(told)} == set()
    # Views: to count them would be to read them once more.
    views = {"int_items__lines"}
    views |= {"int_timeline__contacts", "int_timeline__identity", "int_timeline__orders"}
    uncounted = {k for k, told in history["assets"].items() if "dagster/row_count" not in told}
    assert uncounted == {"report"} | views
    assert {key: status for key, status in history["checks"].items() if status != "SUCCEEDED"} == {}
    gates = [key for key in history["checks"] if key.endswith(("/inbound_gate", "/outbound_gate"))]
    assert len(gates) == 21 + 4
    # The others are dbt's tests.
    assert len(history["checks"]) - len(gates) > 100


def test_file_syncs_hand_over_what_the_ledger_settled(built_shop: TestShop) -> None:
    summaries = built_shop.summaries()
    for name, encoding in DELIVERING.items():
        folder = built_shop.workspace.outbox / name
        (handed_over,) = folder.rglob("adds_*.csv")
        with handed_over.open(encoding=encoding, newline="") as file:
            persons = [row["顧客ID"] for row in csv.DictReader(file)]
        summary = summaries[name]
        assert summary["status"] == "delivered"
        assert not summary["is_dry_run"]
        assert len(persons) == len(set(persons)) == summary["adds"] == summary["delivered"] > 0
        allowed = built_shop.rows(
            f"select person_id from policy.send_eligibility where sync = '{name}' and allowed"
        )
        assert set(persons) <= {person for (person,) in allowed}


def test_mail_syncs_only_plan_while_nobody_allowed_them_to_send(built: BuiltShop) -> None:
    summaries = built.shop.summaries()
    for name in DRY:
        summary = summaries[name]
        assert summary["is_dry_run"]
        assert summary["delivered"] == summary["accepted"] == 0
        assert summary["waiting_reason"] == (
            f"first sync: {summary['adds']} recipients would be added"
        )
        plan = json.loads((built.shop.workspace.plans / f"{summary['plan_id']}.json").read_text())
        assert len([i for i in plan["items"] if i["operation"] == "add"]) == summary["adds"] > 0
        assert f"enishi sync approve {summary['plan_id']}" in built.console


def test_every_person_of_a_segment_is_accounted_for(built_shop: TestShop) -> None:
    counts = built_shop.published.row_counts()
    for summary in built_shop.summaries().values():
        handled = summary["adds"] + sum(summary["refused"].values())
        assert handled + sum(summary["invalid"].values()) == summary["source_rows"]
        assert summary["source_rows"] == counts[f"segments.{summary['segment']}"]


@pytest.fixture(scope="module")
def rerun(built_shop: TestShop, tmp_path_factory: pytest.TempPathFactory) -> BuiltShop:
    """A second run on the same landing zone, while somebody reads the warehouse."""
    home = tmp_path_factory.mktemp("rerun")
    shop = copy_of(built_shop, home)
    stop = home / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READ_FOR_EVER, str(shop.workspace.published / "current"), str(stop)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        done = shop.enishi("run")
    finally:
        stop.touch()
        said, _ = reader.communicate(timeout=60)
    return BuiltShop(shop, done.returncode, f"{done.stdout}\nreader {reader.returncode}: {said}")


@pytest.mark.slow
def test_second_run_sends_nothing_new(built_shop: TestShop, rerun: BuiltShop) -> None:
    assert rerun.exit_code == 0, rerun.console
    assert rerun.console.count("nothing new") == 19
    before, after = built_shop.summaries(), rerun.shop.summaries()
    for name in DELIVERING:
        assert after[name]["run_id"] != before[name]["run_id"]
        assert [after[name][k] for k in ("adds", "changes", "removals", "delivered")] == [0] * 4
        assert after[name]["unchanged"] == before[name]["adds"]
    assert len(rerun.shop.outbox()) == len(DELIVERING)


@pytest.mark.slow
def test_second_run_publishes_the_same_tables(built_shop: TestShop, rerun: BuiltShop) -> None:
    first = {table.name: table.content_hash for table in built_shop.published.tables}
    second = {table.name: table.content_hash for table in rerun.shop.published.tables}
    assert rerun.shop.published.publication_id != built_shop.published.publication_id
    assert second == first


@pytest.mark.slow
def test_reader_sees_whole_publications_while_a_new_one_is_made(rerun: BuiltShop) -> None:
    match = re.search(r"reader 0: (\d+) (\d+)\s*$", rerun.console)
    assert match, rerun.console
    assert int(match[1]) > 20
    # The reader came to see the old publication and the new one.
    assert int(match[2]) == 2


@pytest.mark.slow
def test_next_run_sends_exactly_the_changes(rerun: BuiltShop) -> None:
    """One buyer on the call list has a new telephone number, another wants no calls."""
    shop = rerun.shop
    mover, quitter = _two_on_the_call_list(shop)
    header, *members = shop.landed("ec_cube/members_2026-10-31.csv")
    (row,) = [member for member in members if member[0] == mover]
    changed = dict(zip(header, row, strict=True))
    changed |= {"TEL": "03-9999-0001", "更新日": "2026-10-31 21:00:00"}
    shop.land("ec_cube/members_2026-11-01.csv", csv_bytes([header, list(changed.values())]))
    consents, *_ = shop.landed("crm/consents.csv", "utf-8")
    no = ["C-later", quitter, "", "", "phone", "marketing", "withdraw", "consent", "", "support"]
    shop.land(
        "crm/consents_2026-11-01.csv",
        csv_bytes([consents, [*no, "2026-10-31T20:00:00+09:00"]], "utf-8"),
    )
    before = shop.summaries()["second_purchase__file"]
    done = shop.enishi("run")
    assert done.returncode == 0, done.stdout
    after = shop.summaries()
    counts = [after["second_purchase__file"][k] for k in ("adds", "changes", "removals")]
    assert counts == [0, 1, 1]
    assert after["second_purchase__file"]["unchanged"] == before["unchanged"] - 2
    refused = before["refused"] | {"no_consent": before["refused"].get("no_consent", 0) + 1}
    assert after["second_purchase__file"]["refused"] == refused
    counts = [after["winback__file"][k] for k in ("adds", "changes", "removals")]
    assert counts == [0, 0, 0]
    persons = {
        member: shop.rows(
            "select person_id from identity.person_identifiers "
            f"where record_key = 'ec_cube|customer|{member}'"
        )[0][0]
        for member in (mover, quitter)
    }
    assert _handed_over(shop, "changes_*.csv") == [persons[mover]]
    assert _handed_over(shop, "removes_*.csv") == [persons[quitter]]


def _two_on_the_call_list(shop: TestShop) -> tuple[str, str]:
    """Member ids of two persons on the list who are one member each."""
    first, second, *_ = shop.rows(
        """
        select split_part(min(record_key), '|', 3)
        from policy.send_eligibility
        inner join identity.person_identifiers using (person_id)
        where sync = 'second_purchase__file' and allowed
        group by person_id
        having count(*) filter (where record_key like 'ec_cube|customer|%') = 1
            and min(record_key) like 'ec_cube|customer|%'
        order by 1
        """
    )
    return first[0], second[0]


def _handed_over(shop: TestShop, pattern: str) -> list[str]:
    files: list[Path] = sorted((shop.workspace.outbox / "second_purchase__file").rglob(pattern))
    persons = []
    for path in files:
        with path.open(encoding="utf-8-sig", newline="") as file:
            persons += [row["顧客ID"] for row in csv.DictReader(file)]
    return persons
