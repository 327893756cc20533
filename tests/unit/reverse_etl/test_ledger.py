from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from reverse_etl.errors import TransientError
from reverse_etl.ledger import Ledger
from reverse_etl.ledger_schema import METADATA
from tests.contract.sync_world import NOW

OTHER_HOST = "another.example:1:aaaa"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/ledger.sqlite"


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    made = Ledger(url)
    yield made
    made.close()


def _hold_lease(url: str, owner: str, seconds: float) -> None:
    engine = create_engine(url)
    until = (NOW + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat(" ")
    with engine.begin() as connection:
        row = {"owner": owner, "until": f"{until}.000000"}
        connection.execute(text("insert into sync_lock values ('s', :owner, :until)"), row)
    engine.dispose()


def test_ledger_opens_again_with_its_version_and_its_secret(url: str, ledger: Ledger) -> None:
    again = Ledger(url)
    assert again.secret == ledger.secret
    assert len(again.secret) == 32
    again.close()
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("select version from ledger_version")).fetchall() == [(1,)]
        assert connection.execute(text("pragma journal_mode")).scalar() == "wal"
    engine.dispose()


def test_ledger_has_the_tables_that_stay(url: str, ledger: Ledger) -> None:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    expected = {"sync_run", "sync_batch", "sync_item", "sync_state", "sync_lock", "approvals"}
    assert expected <= names


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
def test_ledger_tables_compile_for_postgres(table: object) -> None:
    statement = str(CreateTable(table).compile(dialect=postgresql.dialect()))  # type: ignore[arg-type,no-untyped-call]
    assert "CREATE TABLE" in statement


def test_lease_is_refused_while_another_holds_it(url: str, ledger: Ledger) -> None:
    _hold_lease(url, OTHER_HOST, 1.0)
    with (
        pytest.raises(TransientError, match="sync s is running elsewhere"),
        ledger.lease("s", now=NOW, seconds=60.0),
    ):
        pytest.fail("the lease was given twice")


def test_lease_is_refused_to_a_second_run_of_this_process(ledger: Ledger) -> None:
    with (
        ledger.lease("s", now=NOW, seconds=60.0),
        pytest.raises(TransientError),
        ledger.lease("s", now=NOW, seconds=60.0),
    ):
        pytest.fail("the lease was given twice")


def test_lease_is_taken_when_the_other_has_run_out(url: str, ledger: Ledger) -> None:
    _hold_lease(url, OTHER_HOST, 0.0)
    with ledger.lease("s", now=NOW, seconds=60.0):
        pass
    with ledger.lease("s", now=NOW, seconds=60.0):
        pass


def test_two_syncs_run_side_by_side(ledger: Ledger) -> None:
    with ledger.lease("s", now=NOW, seconds=60.0), ledger.lease("t", now=NOW, seconds=60.0):
        pass
