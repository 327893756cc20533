"""The commands a person types, with their exit codes and what they say.

The first of them runs as a process of its own, the others in this one.
"""

import re
from collections.abc import Callable
from pathlib import Path

from tests.integration.shops import ROOT, TestShop, csv_bytes

MEMBERS = "ec_cube/members_2026-10-31.csv"
EC_CUBE = ROOT / "orchestration" / "ingest" / "sources" / "ec_cube.yml"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def test_check_source_takes_a_good_file(built_shop: TestShop) -> None:
    rows = len(built_shop.landed(MEMBERS)) - 1
    done = built_shop.enishi("check-source", EC_CUBE, built_shop.workspace.landing / MEMBERS)
    assert done.returncode == 0, done.stdout
    assert re.search(rf"customers +│ +{rows:,} +│", done.stdout)
    assert "The file would be taken." in done.stdout


def test_check_source_refuses_a_broken_file_and_names_the_rows(
    built_shop: TestShop, tmp_path: Path
) -> None:
    header, *rows = built_shop.landed(MEMBERS)
    rows = [row for row in rows if len(row) == len(header)]
    for row in rows[:20]:
        row[header.index("登録日")] = "いつか"
    file = tmp_path / "members_2026-11-01.csv"
    file.write_bytes(csv_bytes([header, *rows]))
    done = built_shop.types("check-source", EC_CUBE, file)
    assert done.exit_code == 1
    told = _one_line(done.output)
    assert "bad_timestamp: rows 2, 3, 4" in told
    assert f"20 of {len(rows)} rows are bad" in told
    assert "The file would be taken." not in told
    assert "いつか" not in told


def test_check_source_refuses_a_file_that_is_of_no_feed(
    built_shop: TestShop, tmp_path: Path
) -> None:
    file = tmp_path / "guests.csv"
    file.write_text("a,b\n", "utf-8")
    done = built_shop.types("check-source", EC_CUBE, file)
    assert done.exit_code == 1
    assert "members_*.csv" in _one_line(done.output)


def test_publications_lists_the_one_that_is_served(built_shop: TestShop) -> None:
    done = built_shop.types("publications")
    assert done.exit_code == 0, done.output
    (line,) = [line for line in done.output.splitlines() if "served" in line]
    assert built_shop.published.publication_id in line
    assert "2026-10-31" in line


def test_rollback_says_that_nothing_came_before_the_first(built_shop: TestShop) -> None:
    before = (built_shop.workspace.published / "current").readlink()
    done = built_shop.types("rollback")
    assert done.exit_code == 1
    assert "no publication before" in _one_line(done.output)
    assert (built_shop.workspace.published / "current").readlink() == before


def test_sync_plan_sends_nothing_and_says_what_it_would(
    shop_copy: Callable[[], TestShop],
) -> None:
    shop = shop_copy()
    (shop.workspace.state / "ledger.sqlite").unlink()
    handed_over = shop.outbox()
    done = shop.types("sync", "plan", "winback__file")
    assert done.exit_code == 0, done.output
    summary = shop.summaries()["winback__file"]
    assert summary["is_dry_run"]
    assert summary["adds"] > 0
    assert summary["delivered"] == 0
    assert f"{summary['adds']:,}" in done.output
    assert "dry run" in done.output
    assert shop.outbox() == handed_over


def test_sync_of_an_unknown_name_lists_the_known_ones(built_shop: TestShop) -> None:
    done = built_shop.types("sync", "run", "winback__fax")
    assert done.exit_code == 1
    assert "winback__file" in _one_line(done.output)


def test_approve_refuses_a_plan_that_does_not_wait(built_shop: TestShop) -> None:
    done = built_shop.types("sync", "approve", "winback__file-000000000000", "--by", "the shop")
    assert done.exit_code == 1
    assert "winback__file-000000000000" in _one_line(done.output)


def test_approved_plan_no_longer_waits_but_stays_a_dry_run_outside_production(
    shop_copy: Callable[[], TestShop],
) -> None:
    shop = shop_copy()
    waiting = shop.summaries()["winback__sendgrid_contacts"]["plan_id"]
    done = shop.types("sync", "approve", waiting, "--by", "the shop")
    assert (done.exit_code, done.output.strip()) == (0, f"Approved {waiting}.")
    done = shop.types("sync", "run", "winback__sendgrid_contacts")
    assert done.exit_code == 0, done.output
    summary = shop.summaries()["winback__sendgrid_contacts"]
    assert summary["plan_id"] == waiting
    assert summary["is_dry_run"]
    assert summary["status"] == "planned"
    assert summary["delivered"] == summary["accepted"] == 0


def test_unknown_shop_is_named_with_the_known_ones(built_shop: TestShop) -> None:
    done = TestShop(built_shop.home, "nowhere").types("publications")
    assert done.exit_code == 2
    told = _one_line(done.output)
    assert told.startswith("There is no shop 'nowhere'; known: online_retail, sample.")


def test_unknown_environment_is_named_with_the_known_ones(built_shop: TestShop) -> None:
    done = built_shop.types("publications", ENISHI_ENV="staging")
    assert done.exit_code == 2
    assert _one_line(done.output).startswith(
        "ENISHI_ENV is 'staging'; set it to one of ci, dev, prod."
    )
