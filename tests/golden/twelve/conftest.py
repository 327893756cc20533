"""The twelve persons' shop, built once for all tests that ask it."""

from pathlib import Path

import duckdb
import pytest

from tests.golden.building import build_shop
from tests.golden.twelve.world import VARIABLES, names, write_twelve


@pytest.fixture(scope="session")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work database; dbt's artifacts lie beside it in target/."""
    workspace = tmp_path_factory.mktemp("twelve")
    write_twelve(workspace / "lake")
    build_shop(workspace, VARIABLES)
    return workspace / "warehouse.duckdb"


@pytest.fixture(scope="session")
def person_names(twelve: Path) -> dict[str, str]:
    """person_id -> the name in the world's files."""
    with duckdb.connect(str(twelve), read_only=True) as connection:
        persons = connection.execute(
            "select record_key, person_id from identity.person_identifiers"
        ).fetchall()
    known = names()
    return {person_id: known[record] for record, person_id in persons if record in known}
