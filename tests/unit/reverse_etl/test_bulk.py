"""Statements about many rows do what SQLAlchemy's own do, on every database of a ledger."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    event,
    select,
)

from reverse_etl.ledger.bulk import among, write_rows
from reverse_etl.ledger.ledger import Ledger
from reverse_etl.ledger.message_schema import MESSAGE
from reverse_etl.ledger.schema import UtcInstant
from tests.postgres import open_postgres

THING = Table(
    "thing",
    MetaData(),
    Column("id", String(20), primary_key=True),
    Column("number", Integer),
    Column("is_odd", Boolean),
    Column("at", UtcInstant),
)
NOON = datetime(2026, 10, 31, 12, 0, 0, 5, UTC)
TOKYO = timezone(timedelta(hours=9))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    if request.param == "sqlite":
        yield "sqlite://"
        return
    with open_postgres(tmp_path_factory.mktemp("postgres")) as server:
        yield server.create("bulk")


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    engine = create_engine(database)
    with engine.connect() as opened:
        THING.create(opened)
        yield opened
    engine.dispose()


def _rows(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(select(THING).order_by(THING.c.id))]


def test_rows_are_inserted_with_every_type_and_nothing(connection: Connection) -> None:
    rows = [
        {"id": "a", "number": 1, "is_odd": True, "at": NOON},
        {"id": "b'\"", "number": None, "is_odd": False, "at": NOON.astimezone(TOKYO)},
        {"id": "縁", "number": 2**40 % 97, "is_odd": None, "at": None},
    ]
    write_rows(connection, THING.insert(), rows)
    assert _rows(connection) == [
        ("a", 1, True, NOON),
        ("b'\"", None, False, NOON),
        ("縁", 2**40 % 97, None, None),
    ]


def test_no_rows_are_no_statement(connection: Connection) -> None:
    write_rows(connection, THING.insert(), [])
    assert _rows(connection) == []


def test_update_sets_marks_and_constants_of_each_row_and_no_other(connection: Connection) -> None:
    write_rows(connection, THING.insert(), [{"id": name, "number": 0} for name in "abc"])
    change = THING.update().where(THING.c.id == bindparam("b_id"))
    change = change.values(number=bindparam("number"), is_odd=True, at=bindparam("b_at"))
    write_rows(
        connection,
        change,
        [{"b_id": "a", "number": 1, "b_at": NOON}, {"b_id": "c", "number": 3, "b_at": None}],
    )
    assert _rows(connection) == [
        ("a", 1, True, NOON),
        ("b", 0, None, None),
        ("c", 3, True, None),
    ]


@pytest.mark.parametrize("count", [0, 1, 50_000])
def test_among_finds_those_of_a_list_however_long(connection: Connection, count: int) -> None:
    write_rows(connection, THING.insert(), [{"id": name} for name in ("0", "7", "縁", 'a"b')])
    wanted = {str(number) for number in range(count)} | ({'a"b'} if count else set())
    found = set(connection.scalars(select(THING.c.id).where(among(THING.c.id, wanted))))
    assert found == wanted & {"0", "7", "縁", 'a"b'}


def test_among_is_compiled_once_and_asks_anew(connection: Connection) -> None:
    write_rows(connection, THING.insert(), [{"id": name} for name in "ab"])
    for name in "ab":
        query = select(THING.c.id).where(among(THING.c.id, [name]))
        assert list(connection.scalars(query)) == [name]


def test_among_searches_by_the_index_and_reads_no_whole_table() -> None:
    ledger = Ledger("sqlite://")
    asked: list[str] = []
    event.listen(ledger._engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    places = [
        (MESSAGE, MESSAGE.c.message_id),
        (MESSAGE, MESSAGE.c.person_id),
        (MESSAGE, MESSAGE.c.address_hash),
    ]
    with ledger._engine.connect() as connection:
        for table, column in places:
            connection.execute(select(table).where(among(column, ["a"])))
            plan = connection.exec_driver_sql(f"explain query plan {asked[-1]}", ("[]",)).all()
            assert plan[0][3].startswith("SEARCH message USING INDEX"), column
    ledger.close()
