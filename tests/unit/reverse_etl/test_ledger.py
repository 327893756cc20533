from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, create_engine, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from reverse_etl.errors import TransientError
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.ledger.schema import METADATA
from reverse_etl.source import Source
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
        assert connection.execute(text("select version from ledger_version")).fetchall() == [
            (1,),
            (2,),
            (3,),
            (4,),
            (5,),
            (6,),
        ]
        assert connection.execute(text("pragma journal_mode")).scalar() == "wal"
    engine.dispose()


def test_ledger_has_the_tables_that_stay(url: str, ledger: Ledger) -> None:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    expected = {"sync_run", "sync_batch", "sync_item", "sync_state", "sync_lock", "approvals"}
    assert expected <= names


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
def test_ledger_tables_compile_for_postgres(table: Table) -> None:
    dialect = postgresql.dialect()
    statement = str(CreateTable(table).compile(dialect=dialect))
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


def test_lease_is_not_extended_by_a_process_that_lost_it(url: str, ledger: Ledger) -> None:
    with ledger.lease("s", now=NOW, seconds=1.0) as owner:
        other, end = Ledger(url), NOW + timedelta(seconds=99)
        with other.lease("s", now=NOW + timedelta(seconds=2), seconds=60.0):
            with pytest.raises(TransientError, match="another process took over"):
                ledger.extend_lease("s", owner=owner, until=end, at_least=end)
            # The one who holds it now keeps its own time.
            with (
                pytest.raises(TransientError, match="running elsewhere"),
                ledger.lease("s", now=NOW + timedelta(seconds=1), seconds=60.0),
            ):
                pytest.fail("the lease was given twice")
        other.close()


def test_ledger_of_the_first_version_learns_of_when_its_runs_were(url: str, ledger: Ledger) -> None:
    ledger.close()
    engine = create_engine(url)
    with engine.begin() as connection:
        for column in ("published_at", "as_of_date"):
            connection.execute(text(f"alter table sync_run drop column {column}"))
        connection.execute(text("delete from ledger_version where version = 2"))
        connection.execute(
            text(
                "insert into sync_run values ('r0', 's', 'p', 'pub0', 'delivered', false, "
                "'2026-11-01 03:00:00.000000', null, '{}')"
            )
        )
    engine.dispose()
    again = Ledger(url)
    assert again.last_source("s") is None
    source = Source(date(2026, 10, 31), NOW)
    summary = {"sync": "s", "plan_id": "p", "publication_id": "pub1", "status": "delivered"}
    again.start_run(run_id="r1", summary=summary, source=source, is_dry_run=False, now=NOW)
    assert again.last_source("s") == source
    again.close()
