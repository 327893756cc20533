from __future__ import annotations

import duckdb
import pytest

from orchestration.publication.snapshot import content_hash

ROWS = "values ('a', 1, 1.5::decimal(18, 3)), ('b', 2, null), ('c', null, 3)"


def hashed(*statements: str) -> str:
    with duckdb.connect() as connection:
        connection.execute(f"create table t as select * from ({ROWS}) v(id, n, amount)")
        for statement in statements:
            connection.execute(statement)
        return content_hash(connection, "t")


def test_content_hash_is_equal_when_rows_are_shuffled() -> None:
    assert hashed("create or replace table t as from t order by id desc") == hashed()


@pytest.mark.parametrize(
    "change",
    [
        "update t set n = 3 where id = 'b'",
        "update t set n = 0 where n is null",
        "update t set id = 'B' where id = 'b'",
        "insert into t from t where id = 'a'",
        "insert into t from t; insert into t from t",
        "delete from t where id = 'c'",
        "truncate t",
        "alter table t rename n to m",
        "alter table t alter n type bigint",
        "update t set id = case id when 'a' then 'b' when 'b' then 'a' else id end",
    ],
)
def test_content_hash_differs_when_one_thing_changes(change: str) -> None:
    assert hashed(change) != hashed()


def test_content_hash_of_an_empty_table_depends_on_its_columns() -> None:
    assert hashed("truncate t") == hashed("truncate t")
    assert hashed("truncate t") != hashed("truncate t; alter table t drop n")
