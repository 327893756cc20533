"""Names and addresses stay in the lake and in the restricted file; nothing else holds them."""

import stat
from pathlib import Path

import duckdb
import pytest

from tests.integration.conftest import BuiltShop
from tests.integration.personal_data import PlantedValues, lines_of, planted_values, text_of
from tests.integration.shops import TestShop


@pytest.fixture(scope="module")
def planted(built_shop: TestShop) -> PlantedValues:
    values = planted_values(built_shop)
    kinds = (values.emails, values.phones, values.names, values.places, values.keys)
    assert min(map(len, kinds)) > 100
    return values


def test_search_finds_people_where_they_are_allowed_to_be(
    built_shop: TestShop, planted: PlantedValues
) -> None:
    found = planted.found_in(text_of(built_shop.published.contacts))
    for kind in (planted.emails, planted.phones, planted.names, planted.places):
        assert len(found & kind) > 50


def test_search_finds_the_keys_in_the_lake(built_shop: TestShop, planted: PlantedValues) -> None:
    sql = "select phone_key, address_key, romaji_key, kana_key from read_parquet($1)"
    files = [
        str(path) for path in built_shop.workspace.lake.glob("raw/ec_cube/orders/**/*.parquet")
    ]
    with duckdb.connect() as connection:
        rows = connection.execute(sql, [files]).fetchall()
    for place in range(4):
        written = {row[place] for row in rows if row[place] and len(row[place]) > 4}
        assert len(written & planted.found_in(lines_of(rows))) > 50


def _files(shop: TestShop, place: str) -> list[Path]:
    workspace = shop.workspace
    folders = {
        "warehouse": [workspace.published / "current" / "warehouse.duckdb"],
        "about": [workspace.published / "current" / "publication.json"],
        "dagster": list(shop.dagster.rglob("*")),
        "gates": list(workspace.gates.rglob("*.json")),
        "plans": list(workspace.plans.rglob("*.json")),
        "ledger": list(workspace.state.glob("ledger.sqlite*")),
        "log": [workspace.work / "last_run.log"],
        "dbt": list(workspace.dbt_target.rglob("*.json")) + list(workspace.work.rglob("dbt.log")),
        "report": list(workspace.reports.glob("*.html")),
        "manifests": list(workspace.outbox.rglob("manifest.json")),
    }
    return [path for path in folders[place] if path.is_file()]


@pytest.mark.parametrize(
    "place",
    [
        "warehouse",
        "about",
        "dagster",
        "gates",
        "plans",
        "ledger",
        "log",
        "dbt",
        "report",
        "manifests",
    ],
)
def test_nobody_is_named_outside_the_restricted_files(
    built_shop: TestShop, planted: PlantedValues, place: str
) -> None:
    files = _files(built_shop, place)
    assert files
    assert {str(path): found for path in files if (found := planted.found_in(text_of(path)))} == {}


def test_nobody_is_named_in_the_parquet_copies(
    built_shop: TestShop, planted: PlantedValues
) -> None:
    files = list(built_shop.published.parquet.rglob("*.parquet"))
    assert len(files) == len(built_shop.published.tables) - 1
    for path in files:
        rows = duckdb.sql(f"select * from '{path}'").fetchall()
        assert planted.found_in(lines_of(rows)) == set(), path


def test_nobody_is_named_on_the_console(built: BuiltShop, planted: PlantedValues) -> None:
    assert planted.found_in(built.console) == set()


def test_contacts_are_for_their_owner_alone(built_shop: TestShop) -> None:
    assert stat.S_IMODE(built_shop.published.contacts.stat().st_mode) == 0o600
