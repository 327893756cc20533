"""The table that ends a run, from the landing zone to the channels."""

from pathlib import Path

import pytest

from orchestration.cli.context import ShopContext, console
from orchestration.cli.summary import show_outcome, show_syncs
from orchestration.environments import read_settings
from orchestration.launch import Failure, Outcome
from orchestration.shops.profile import load_shop
from orchestration.workspace import Workspace

LOG = Path("var/sample/work/last_run.log")
SHOP = ShopContext(read_settings({}), load_shop("sample"), Workspace(Path("var/sample")))


def ingested(*, files_new=1, accepted=1_200, quarantined=3):
    return {"files_new": files_new, "rows_accepted": accepted, "rows_quarantined": quarantined}


def plan(sync="winback__file", **changes):
    counts = dict.fromkeys(("adds", "changes", "removals", "unchanged", "delivered"), 0)
    return {
        "sync": sync,
        **counts,
        "refused": {},
        "status": "unchanged",
        "plan_id": "plan-1",
        "waiting_reason": "",
        **changes,
    }


@pytest.fixture
def shown():
    """What an outcome looks like: its lines, blanks squeezed."""

    def show(materialized, *, failures=(), success=True, seconds=61.6):
        outcome = Outcome("abcdef01-2345", success, seconds, materialized, failures)
        with console.capture() as captured:
            show_outcome(SHOP, outcome, LOG)
        return [" ".join(line.split()) for line in captured.get().splitlines() if line.strip()]

    return show


@pytest.fixture
def syncs():
    """What the table of the syncs looks like."""

    def show(*summaries):
        with console.capture() as captured:
            show_syncs(list(summaries))
        return [" ".join(line.split()) for line in captured.get().splitlines() if line.strip()]

    return show


def test_show_outcome_says_what_was_ingested_resolved_segmented_and_published(shown):
    lines = shown(
        {
            "ec_cube/orders": ingested(),
            "crm/consents": ingested(files_new=0),
            "identity/person_map": {"records": 4_000, "persons": 1_950},
            "seg_winback": {"dagster/row_count": 1_001},
            "publication": {
                "publication_id": "20261101T200000-ab",
                "tables": 20,
                "dagster/row_count": 98_765,
            },
        }
    )
    assert "ingested ec_cube/orders 1,200 rows, 3 quarantined" in lines
    assert "ingested crm/consents nothing new" in lines
    assert "resolved records → persons 4,000 → 1,950" in lines
    assert "segment seg_winback 1,001 persons" in lines
    assert "published 20261101T200000-ab 20 tables, 98,765 rows" in lines


def test_show_outcome_names_run_time_and_log_and_the_report_when_it_was_written(shown):
    lines = shown({"report": {}})
    assert "縁マート · run abcdef01" in lines
    assert f"done in 1 min 2 s · log: {LOG}" in lines
    assert "report: var/sample/reports/index.html" in lines


def test_show_outcome_names_no_report_when_none_was_written(shown):
    assert [line for line in shown({}) if line.startswith("report:")] == []


def test_show_outcome_tells_where_and_why_a_run_stopped_word_for_word(shown):
    message = "inbound/orders: STOPPED\n  expected: [red]every value[/red] once"
    lines = shown({}, failures=(Failure("ingest_ec_cube", message),), success=False, seconds=5)
    assert "stopped at ingest_ec_cube" in lines
    # Square brackets of the message are its own, not colours.
    assert "expected: [red]every value[/red] once" in lines
    assert f"failed in 0 min 5 s · log: {LOG}" in lines


def test_show_syncs_counts_each_kind_and_what_was_sent(syncs):
    lines = syncs(
        plan(
            adds=1_000,
            changes=2,
            removals=3,
            unchanged=4,
            refused={"no_consent": 5, "unreachable": 1},
            delivered=1_005,
            status="delivered",
        )
    )
    assert "winback__file 1,000 2 3 4 6 1,005 delivered" in lines
    assert "winback__file refuses 5 no_consent, 1 unreachable" in lines


def test_show_syncs_says_how_to_approve_when_a_plan_waits(syncs):
    lines = syncs(
        plan(
            adds=7,
            status="awaiting_approval",
            is_dry_run=True,
            waiting_reason="first sync: 7 recipients would be added",
        )
    )
    assert "winback__file 7 0 0 0 0 0 awaiting approval, dry run" in lines
    assert "winback__file waits: first sync: 7 recipients would be added" in lines
    assert "enishi sync approve plan-1 --by YOU" in lines


def test_show_syncs_asks_for_no_approval_when_nothing_waits(syncs):
    assert not any(word in line for line in syncs(plan()) for word in ("approve", "waits:"))


def test_show_outcome_shows_each_sync_of_the_run_once_and_by_name(shown):
    lines = shown(
        {
            "activation/winback__file": {"summary": plan()},
            "activation/second_purchase__file": {"summary": plan("second_purchase__file")},
        }
    )
    names = [line.split()[0] for line in lines if "__file" in line]
    assert names == ["second_purchase__file", "winback__file"]
