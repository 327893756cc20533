"""The twelve persons' shop, built once for all tests that ask it."""

from pathlib import Path

import duckdb
import pytest

from tests.built_once import built_once
from tests.golden.building import build_shop, write_manifests
from tests.golden.twelve.world import VARIABLES, names, write_twelve


@pytest.fixture(scope="session")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work database; dbt's artifacts lie beside it in target/."""
    return built_once(tmp_path_factory, "twelve", _build) / "warehouse.duckdb"


def _build(workspace: Path) -> None:
    write_twelve(workspace / "lake")
    # The tests of the data run on the eight persons' shop and, slow, on this one: test_answers.py.
    build_shop(workspace, VARIABLES, with_data_tests=False)
    write_manifests(workspace, VARIABLES)


@pytest.fixture(scope="session")
def person_names(twelve: Path) -> dict[str, str]:
    """person_id -> the name in the world's files."""
    with duckdb.connect(str(twelve), read_only=True) as connection:
        persons = connection.execute(
            "select record_key, person_id from identity.person_identifiers"
        ).fetchall()
    known = names()
    return {person_id: known[record] for record, person_id in persons if record in known}
