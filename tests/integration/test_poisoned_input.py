"""Input that must not pass: the run stops at its gate and yesterday's publication is served."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.integration.personal_data import planted_values, text_of
from tests.integration.shops import TestShop, copy_of, csv_bytes, fingerprint

Poison = Callable[[TestShop], str]
"""Lands a broken file; gives its name below landing/."""


def _members_without_their_number(shop: TestShop) -> str:
    header, *rows = shop.landed("ec_cube/members_2026-10-31.csv")
    rows = [row for row in rows if len(row) == len(header)]
    for row in rows[4:14]:
        row[0] = ""
    shop.land("ec_cube/members_2026-11-01.csv", csv_bytes([header, *rows]))
    return "ec_cube/members_2026-11-01.csv"


def _inquiries_without_a_column(shop: TestShop) -> str:
    header, *rows = shop.landed("crm/inquiries.csv")
    lost = header.index("受付日時")
    rest = [row[:lost] + row[lost + 1 :] for row in [header, *rows]]
    shop.land("crm/inquiries_2026-11.csv", csv_bytes(rest))
    return "crm/inquiries_2026-11.csv"


def _mall_orders_in_another_encoding(shop: TestShop) -> str:
    rows = shop.landed("mall/orders_2026-10.csv")
    shop.land("mall/orders_2026-11.csv", csv_bytes(rows, "utf-8"))
    return "mall/orders_2026-11.csv"


def _deliveries_from_the_future(shop: TestShop) -> str:
    """Each row is well formed; only the gate sees that the batch is wrong."""
    header, *rows = shop.landed("carrier/deliveries_2026-10.csv", "utf-8-sig")
    sent = header.index("発送日時")
    for row in rows:
        row[sent] = row[sent].replace("2026-", "2036-")
    shop.land("carrier/deliveries_2026-11.csv", csv_bytes([header, *rows], "utf-8-sig"))
    return "carrier/deliveries_2026-11.csv"


POISONS: dict[str, tuple[Poison, str, tuple[str, ...]]] = {
    "null_keys": (
        _members_without_their_number,
        "ingest_ec_cube",
        ("10 of ", "rows are bad (missing_value 10 at 会員ID)", "row 6 missing_value", "2.0%"),
    ),
    "missing_column": (_inquiries_without_a_column, "ingest_crm", ("受付日時",)),
    "wrong_encoding": (_mall_orders_in_another_encoding, "ingest_mall", ("cp932",)),
    "implausible_batch": (
        _deliveries_from_the_future,
        "ingest_carrier",
        ("BLOCKS shipped_at_plausible", "column shipped_at", "deliveries_2026-11.csv:2", "mend:"),
    ),
}


@dataclass(frozen=True, slots=True)
class Stopped:
    """A shop after a run that had to stop, and what stood there before."""

    shop: TestShop
    files: dict[str, str]
    console: str
    exit_code: int
    before: dict[str, object]


def _what_must_stay(shop: TestShop) -> dict[str, object]:
    workspace = shop.workspace
    with sqlite3.connect(workspace.state / "ledger.sqlite") as connection:
        ledger = {
            table: connection.execute(f"select * from {table}").fetchall()
            for table in ("sync_run", "sync_batch", "sync_item", "sync_state")
        }
    return {
        "link": (workspace.published / "current").readlink(),
        "publications": fingerprint(workspace.published),
        "lake": fingerprint(workspace.lake),
        "ledger": ledger,
        "plans": fingerprint(workspace.plans),
        "outbox": fingerprint(workspace.outbox),
    }


def _run_with(built_shop: TestShop, home: pytest.TempPathFactory, names: list[str]) -> Stopped:
    shop = copy_of(built_shop, home.mktemp("poisoned"))
    before = _what_must_stay(shop)
    files = {name: POISONS[name][0](shop) for name in names}
    done = shop.enishi("run")
    return Stopped(shop, files, done.stdout, done.returncode, before)


@pytest.fixture(scope="module")
def stopped(built_shop: TestShop, tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    """Four sources land a broken file each, and one run meets them all."""
    return _run_with(built_shop, tmp_path_factory, list(POISONS))


def _told(console: str, step: str) -> str:
    """What the console says about one step, its line breaks taken out."""
    _, _, rest = console.partition(f"stopped at {step}\n")
    return " ".join(rest.partition("stopped at ")[0].split())


@pytest.mark.parametrize("poison", POISONS)
def test_poisoned_file_stops_its_source_and_is_named(stopped: Stopped, poison: str) -> None:
    _, step, expected = POISONS[poison]
    told = _told(stopped.console, step)
    assert stopped.exit_code == 1
    assert stopped.files[poison].split("/")[1] in told
    for words in expected:
        assert words in told


def test_poisoned_run_changes_nothing(stopped: Stopped) -> None:
    assert _what_must_stay(stopped.shop) == stopped.before
    assert "published" not in stopped.console
    assert "dbt_staging" not in stopped.console


def test_poisoned_run_names_nobody(built_shop: TestShop, stopped: Stopped) -> None:
    planted = planted_values(built_shop)
    texts = {"console": stopped.console}
    for path in [*stopped.shop.dagster.rglob("*"), *stopped.shop.workspace.gates.rglob("*.json")]:
        if path.is_file():
            texts[str(path)] = text_of(path)
    texts["log"] = text_of(stopped.shop.workspace.work / "last_run.log")
    assert {name: found for name, text in texts.items() if (found := planted.found_in(text))} == {}


def test_sync_alone_plans_on_the_publication_of_yesterday_and_sends_nothing(
    stopped: Stopped,
) -> None:
    before = stopped.shop.summaries()["winback__file"]
    outbox = fingerprint(stopped.shop.workspace.outbox)
    done = stopped.shop.types("sync", "plan", "winback__file")
    assert done.exit_code == 0, done.output
    assert before["publication_id"] == stopped.shop.published.publication_id
    planned = next(row.split() for row in done.output.splitlines() if "winback__file" in row)
    assert planned[1:5] == ["0", "0", "0", str(before["adds"])]
    # A plan alone does not hide what was really handed over.
    assert stopped.shop.summaries()["winback__file"] == before
    done = stopped.shop.types("sync", "run", "winback__file")
    said = " ".join(done.output.split())
    assert "waits: the build after this publication was kept back by gate inbound/" in said
    assert fingerprint(stopped.shop.workspace.outbox) == outbox


@pytest.mark.slow
@pytest.mark.parametrize("poison", POISONS)
def test_one_poisoned_file_is_enough_to_stop_the_run(
    built_shop: TestShop, tmp_path_factory: pytest.TempPathFactory, poison: str
) -> None:
    stopped = _run_with(built_shop, tmp_path_factory, [poison])
    assert stopped.exit_code == 1
    assert stopped.console.count("stopped at ") == 1
    assert stopped.files[poison].split("/")[1] in _told(stopped.console, POISONS[poison][1])
    assert _what_must_stay(stopped.shop) == stopped.before


@pytest.fixture(scope="module")
def doubled(built_shop: TestShop, tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    """As many new leads with consent as the segment has, and some more."""
    shop = copy_of(built_shop, tmp_path_factory.mktemp("doubled"))
    before = _what_must_stay(shop)
    leads = shop.published.row_counts()["segments.seg_first_purchase"] + 5
    header, first, *_ = shop.landed("ec_cube/members_2026-10-31.csv")
    members, consents = [header], shop.landed("crm/consents.csv", "utf-8")[:1]
    for number in range(leads):
        member_id, email = str(900_000 + number), f"new.lead{number}@example.com"
        fields = dict(zip(header, first, strict=True))
        fields |= {"会員ID": member_id, "お名前(名)": f"新{number}", "メールアドレス": email}
        members.append(list(fields.values()))
        said = ["email", "marketing", "grant", "consent", "signup-3", "signup"]
        moment = "2026-10-30T12:00:00+09:00"
        consents.append([f"C-new-{number}", member_id, email, "", *said, moment])
    shop.land("ec_cube/members_2026-11-01.csv", csv_bytes(members))
    shop.land("crm/consents_2026-11-01.csv", csv_bytes(consents, "utf-8"))
    done = shop.enishi("run")
    return Stopped(shop, {"leads": str(leads)}, done.stdout, done.returncode, before)


@pytest.mark.slow
def test_segment_that_doubles_stops_at_its_gate(doubled: Stopped) -> None:
    told = _told(doubled.console, "outbound_gate")
    before = doubled.shop.published.row_counts()["segments.seg_first_purchase"]
    assert doubled.exit_code == 1
    assert "size_in_limits" in told
    assert f"on {before + int(doubled.files['leads'])} rows" in told
    assert f"the last publication held {before}" in told


@pytest.mark.slow
def test_segment_that_doubles_is_neither_published_nor_planned(doubled: Stopped) -> None:
    after = _what_must_stay(doubled.shop)
    unchanged = {name for name in after if after[name] == doubled.before[name]}
    assert unchanged == {"link", "publications", "ledger", "plans", "outbox"}
