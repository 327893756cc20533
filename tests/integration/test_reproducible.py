"""The same files give the same published tables, in whatever order and however often they land."""

import os
import random
import shutil
from datetime import UTC, datetime

import pytest

from orchestration.defs.ingestion import source_mapping
from orchestration.environments import read_settings
from orchestration.ingest.ingest import ingest_source
from orchestration.ingest.lake import Lake
from orchestration.shops.click_key import shop_click_key
from orchestration.shops.profile import load_shop
from tests.integration.shops import TestShop

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rebuilt(built_shop: TestShop, tmp_path_factory: pytest.TempPathFactory) -> TestShop:
    """The files of the built shop, landed in two lots and out of order, in a fresh home."""
    shop = TestShop(tmp_path_factory.mktemp("rebuilt"))
    shop.open_dagster()
    files = sorted(p for p in built_shop.workspace.landing.rglob("*") if p.is_file())
    order = random.Random(1)  # noqa: S311 - an order, not a secret
    order.shuffle(files)
    late = files[: len(files) // 2]
    # The shop keeps its own keys, with which identifiers are hashed and links in mails signed.
    (shop.workspace.root / "state").mkdir(parents=True)
    for kept in ("generated.json", "state/hash_key", "state/click_key"):
        shutil.copy(built_shop.workspace.root / kept, shop.workspace.root / kept)
    for lot in (files[len(late) :], late):
        for number, file in enumerate(lot):
            landed = shop.workspace.landing / file.relative_to(built_shop.workspace.landing)
            landed.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, landed)
            os.utime(landed, (1_700_000_000 - number, 1_700_000_000 - number))
        if lot is not late:
            _ingest(shop)
    done = shop.enishi("publish")
    assert done.returncode == 0, done.stdout
    return shop


def _ingest(shop: TestShop) -> None:
    """Brings what has landed into the lake, and builds nothing."""
    profile = load_shop(shop.name)
    lake = Lake(shop.workspace.lake)
    lake.ensure_empty_entities()
    for use in profile.sources:
        ingest_source(
            source_mapping(use),
            landing=shop.workspace.landing,
            lake=lake,
            loaded_at=datetime.now(UTC),
            gate=None,
            shop_time_zone=profile.time_zone,
            click_key=shop_click_key(read_settings(), shop.workspace),
        )


def test_published_tables_are_the_same_value_for_value(
    built_shop: TestShop, rebuilt: TestShop
) -> None:
    first, second = (
        {table.name: (table.row_count, table.content_hash) for table in shop.published.tables}
        for shop in (built_shop, rebuilt)
    )
    assert len(first) > 20
    assert {name for name in first | second if first.get(name) != second.get(name)} == set()


def test_files_of_the_first_lot_were_not_taken_twice(
    built_shop: TestShop, rebuilt: TestShop
) -> None:
    sql = "select subject, source, reason, rows from marts.rpt_exclusions order by all"
    assert rebuilt.rows(sql) == built_shop.rows(sql)


def test_publishing_alone_plans_and_sends_nothing(rebuilt: TestShop) -> None:
    assert rebuilt.summaries() == {}
    assert rebuilt.outbox() == []
