"""A gate's result shows in Dagster as counts, rows and rules, never as values."""

import json
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import dagster as dg
import pytest

from expectations.results import CheckResult, GateResult
from orchestration.defs.gates import (
    check_result,
    check_results,
    gate_run_id,
    inbound_gate,
    lateness,
    refusals,
)
from orchestration.ingest.errors import GateFailed
from orchestration.ingest.ingest import ingest_source
from orchestration.ingest.lake import Lake
from orchestration.ingest.mapping import load_mapping

UNIQUE = CheckResult(
    name="key_unique",
    column="source_order_id",
    severity="error",
    passed=False,
    checked_rows=3,
    failed_rows=2,
    rows=("orders_2026-10.csv:2", "orders_2026-10.csv:3"),
    expected="every value once",
    mend="Export the file again.",
)
PRESENT = CheckResult(
    name="batch_not_empty",
    column=None,
    severity="warn",
    passed=True,
    checked_rows=3,
    failed_rows=0,
    rows=(),
    expected="at least one row",
    mend="",
)
REFUSED = GateResult("inbound/orders", 3, (UNIQUE, PRESENT))


def shown(result):
    """The rows of the table that Dagster shows."""
    return [record.data for record in result.metadata["checks"].records]


def test_check_result_shows_which_check_failed_on_which_rows():
    result = check_result(REFUSED, asset_key=["ec_cube", "orders"], check_name="inbound_gate")
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert result.asset_key == dg.AssetKey(["ec_cube", "orders"])
    assert result.metadata["rows"].value == 3
    assert shown(result) == [
        {
            "check": "key_unique",
            "column": "source_order_id",
            "passed": False,
            "severity": "error",
            "failed_rows": 2,
            "rows": "orders_2026-10.csv:2, orders_2026-10.csv:3",
            "expected": "every value once",
        },
        {
            "check": "batch_not_empty",
            "column": "",
            "passed": True,
            "severity": "warn",
            "failed_rows": 0,
            "rows": "",
            "expected": "at least one row",
        },
    ]


def test_check_result_describes_the_failure_and_the_mend_for_people():
    result = check_result(REFUSED, asset_key=["ec_cube", "orders"], check_name="inbound_gate")
    assert "inbound/orders: STOPPED · 1 of 2 checks failed" in result.description
    assert "mend: Export the file again." in result.description


def test_check_results_say_that_nothing_was_new_when_an_entity_has_no_file():
    results = list(
        check_results({"orders": REFUSED}, source="ec_cube", entities=["customers", "orders"])
    )
    assert [(result.asset_key.path[-1], result.passed) for result in results] == [
        ("customers", True),
        ("orders", False),
    ]
    assert results[0].description == "No new file: nothing to check."


MAPPING = """
source: crm
description: Consents.
time_zone: Asia/Tokyo
feeds:
  - name: consents
    files: "*.csv"
    format: csv
    entities:
      - entity: consents
        columns:
          source_consent_id: id
          email: mail
          channel: {value: email}
          purpose: {value: marketing}
          action: {value: grant}
          legal_basis: {value: consent}
          occurred_at: {from: at, required: true}
"""


def test_inbound_gate_shows_file_and_row_of_a_poisoned_batch_and_no_value(tmp_path):
    (tmp_path / "crm.yml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "landing" / "crm").mkdir(parents=True)
    # The second consent was given in a year that has not come.
    (tmp_path / "landing" / "crm" / "c.csv").write_text(
        "id,mail,at\n1,a@example.jp,2026-10-01 09:00\n2,canary@example.jp,2098-01-02 09:00\n",
        encoding="utf-8",
    )
    with pytest.raises(GateFailed) as stopped:
        ingest_source(
            load_mapping(tmp_path / "crm.yml"),
            landing=tmp_path / "landing",
            lake=Lake(tmp_path / "lake"),
            loaded_at=datetime.fromisoformat("2026-11-01 03:00"),
            gate=inbound_gate(date(2026, 11, 1)),
            shop_time_zone="Asia/Tokyo",
            click_key=None,
        )
    (result,) = check_results(stopped.value.report.gates, source="crm", entities=["consents"])
    said = json.dumps([result.description, shown(result)])
    assert not result.passed
    assert [row["rows"] for row in shown(result) if not row["passed"]] == ["c.csv:3"]
    assert "canary" not in said
    assert "2098" not in said


@pytest.mark.parametrize(("root", "expected"), [(None, "second"), ("first", "first")])
def test_gate_run_id_is_that_of_the_first_run_when_a_run_is_retried(root, expected):
    context = SimpleNamespace(run=SimpleNamespace(run_id="second", root_run_id=root))
    assert gate_run_id(context) == expected


@pytest.mark.parametrize(
    ("hours_ago", "allowed", "on_time"),
    [(35.9, 36, True), (36, 36, True), (36.1, 36, False), (None, 36, False), (9999, None, True)],
    ids=["just before", "at the limit", "just after", "never landed", "not watched"],
)
def test_lateness_warns_when_the_newest_file_is_older_than_allowed(hours_ago, allowed, on_time):
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    newest = None if hours_ago is None else now - timedelta(hours=hours_ago)

    result = lateness(newest, now=now, allowed_hours=allowed, asset_key=["shop", "orders"])

    assert result.passed is on_time
    assert result.severity == dg.AssetCheckSeverity.WARN


def test_refusals_fail_the_gate_of_every_entity_with_the_reason():
    reason = "orders.csv: column 注文ID is missing."

    found = list(refusals(reason, source="shop", entities=["a", "b"]))

    assert [r.asset_key.path for r in found] == [["shop", "a"], ["shop", "b"]]
    assert {(r.passed, r.description) for r in found} == {(False, reason)}
