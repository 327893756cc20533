"""The same shop built in PostgreSQL: every table is DuckDB's, and it is published and synced."""

import re
from collections.abc import Iterator

import duckdb
import pytest

from tests.integration.shops import AS_OF, TestShop, sample_shop
from tests.postgres import open_postgres

pytestmark = pytest.mark.slow

LINE = re.compile(r"^ +(\w+\.\w+) +([\d,]+) +([\d,]+) +(.+?) *$", re.MULTILINE)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestShop]:
    with open_postgres(tmp_path_factory.mktemp("postgres")) as server:
        shop = sample_shop(tmp_path_factory.mktemp("home"), persons=300)
        target = {
            "ENISHI_TARGET": "postgres",
            "ENISHI_POSTGRES_URL": server.create("shop").replace("+psycopg2", ""),
            "ENISHI_AS_OF_DATE": AS_OF.isoformat(),
        }
        with pytest.MonkeyPatch.context() as patch:
            for name, value in target.items():
                patch.setenv(name, value)
            done = shop.enishi("run")
            assert done.returncode == 0, done.stdout
            yield shop


def test_every_table_is_the_one_that_duckdb_builds_when_built_in_postgres(shop: TestShop) -> None:
    done = shop.enishi("compare-engines")
    verdicts = {table: verdict for table, *_, verdict in LINE.findall(done.stdout)}
    assert {table: verdict for table, verdict in verdicts.items() if verdict != "equal"} == {}
    assert done.returncode == 0, done.stdout
    with duckdb.connect(str(shop.published.warehouse), read_only=True) as connection:
        published = connection.execute(
            "select schema_name || '.' || table_name from _publication.tables"
        ).fetchall()
    assert {table for (table,) in published} <= set(verdicts)


def test_a_segment_is_handed_over_when_built_in_postgres(shop: TestShop) -> None:
    summary = shop.summaries()["winback__file"]
    assert summary["adds"] > 0
    assert summary["delivered"] == summary["adds"]
    assert any("winback__file" in file.parts for file in shop.outbox())
