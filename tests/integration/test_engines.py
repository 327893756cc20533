"""One shop built in other engines: every table is DuckDB's, and it is published and synced."""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from tests.integration.shops import AS_OF, TestShop, sample_shop
from tests.postgres import open_postgres

pytestmark = pytest.mark.slow

LINE = re.compile(r"^ +(\w+\.\w+) +([\d,]+) +([\d,]+) +(.+?) *$", re.MULTILINE)


@contextmanager
def _postgres(folder: Path) -> Iterator[Mapping[str, str]]:
    with open_postgres(folder) as server:
        url = server.create("shop").replace("+psycopg2", "")
        yield {"ENISHI_TARGET": "postgres", "ENISHI_POSTGRES_URL": url}


@contextmanager
def _spark(_folder: Path) -> Iterator[Mapping[str, str]]:
    pytest.importorskip("pyspark", reason="the extra spark is not installed")
    if shutil.which("java") is None:
        pytest.skip("no Java on this machine")
    yield {"ENISHI_TARGET": "spark"}


ENGINES = {"postgres": _postgres, "spark": _spark}


@pytest.fixture(scope="module", params=ENGINES)
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestShop]:
    with ENGINES[request.param](tmp_path_factory.mktemp(request.param)) as target:
        shop = sample_shop(tmp_path_factory.mktemp("home"), persons=300)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {**target, "ENISHI_AS_OF_DATE": AS_OF.isoformat()}.items():
                patch.setenv(name, value)
            done = shop.enishi("run")
            assert done.returncode == 0, done.stdout
            yield shop


def test_every_table_is_the_one_that_duckdb_builds(shop: TestShop) -> None:
    done = shop.enishi("compare-engines")
    verdicts = {table: verdict for table, *_, verdict in LINE.findall(done.stdout)}
    assert {table: verdict for table, verdict in verdicts.items() if verdict != "equal"} == {}
    assert done.returncode == 0, done.stdout
    with duckdb.connect(str(shop.published.warehouse), read_only=True) as connection:
        published = connection.execute(
            "select schema_name || '.' || table_name from _publication.tables"
        ).fetchall()
    assert {table for (table,) in published} <= set(verdicts)


def test_a_segment_is_handed_over(shop: TestShop) -> None:
    summary = shop.summaries()["winback__file"]
    assert summary["adds"] > 0
    assert summary["delivered"] == summary["adds"]
    assert any("winback__file" in file.parts for file in shop.outbox())
