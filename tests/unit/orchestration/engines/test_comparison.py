"""Two builds are equal when every row of every published table has its equal."""

from pathlib import Path

import duckdb
import pytest

from orchestration.engines.comparison import TableComparison, compare
from orchestration.engines.tables import Table

ROWS = "(1, 'a', 0.5::double), (2, 'b', null), (2, 'b', null), (3, null, 1e12::double)"


def database(path: Path, rows: str, table: str = "marts.t") -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create schema {table.split('.', maxsplit=1)[0]}")
        connection.execute(
            f"create table {table} as select * from (values {rows}) as r (no, word, ratio)"
        )
    return path


def compared(folder: Path, here: str, there: str) -> TableComparison:
    one, other = database(folder / "one", here), database(folder / "other", there)
    (table,) = compare(one, other, [Table("marts", "t")])
    return table


@pytest.mark.parametrize(
    ("there", "differing"),
    [
        ("(3, null, 1e12::double), (2, 'b', null), (1, 'a', 0.5), (2, 'b', null)", 0),
        ("(1, 'a', 0.5 + 0.9e-9), (2, 'b', null), (2, 'b', null), (3, null, 1e12 + 900)", 0),
        ("(1, 'a', 0.5 + 1.1e-9), (2, 'b', null), (2, 'b', null), (3, null, 1e12::double)", 1),
        ("(1, 'a', 0.5::double), (2, 'b', null), (2, 'b', null), (3, null, 1e12 + 1100)", 1),
        ("(1, 'a', null), (2, 'b', null), (2, 'b', null), (3, null, 1e12::double)", 1),
        ("(1, 'a', 0.5::double), (2, 'b', null), (3, null, 1e12::double)", 1),
        ("(1, 'a', 0.5::double), (2, 'B', null), (2, 'b', null), (3, '', 1e12::double)", 2),
    ],
    ids=["order", "near", "far", "far_for_its_size", "null", "one_of_two_alike", "words"],
)
def test_differing_rows_are_counted_when_no_row_of_the_other_is_equal(tmp_path, there, differing):
    assert compared(tmp_path, ROWS, there).differing_rows == differing


def test_a_table_differs_when_a_column_has_another_type(tmp_path):
    table = compared(tmp_path, "(1, 'a', 0.5::double)", "('1', 'a', 0.5::double)")
    assert (table.differing_rows, table.differing_columns) == (0, ("no",))
    assert not table.is_equal


@pytest.mark.parametrize(("number", "differing"), [("1::decimal(18, 3)", 0), ("1.001", 1)])
def test_numbers_are_compared_by_value_when_they_have_two_types(tmp_path, number, differing):
    table = compared(tmp_path, "(1::hugeint, 'a', null)", f"({number}, 'a', null)")
    assert (table.differing_rows, table.differing_columns) == (differing, ())


def test_a_table_differs_when_only_one_build_has_it(tmp_path):
    one = database(tmp_path / "one", "(1, 'a', 0.5)")
    other = database(tmp_path / "other", "(1, 'a', 0.5)", "segments.t")
    here, there = compare(one, other, [Table("segments", "t"), Table("marts", "t")])
    assert (str(here.table), here.rows, here.other_rows, here.is_equal) == ("marts.t", 1, 0, False)
    assert (str(there.table), there.rows, there.other_rows) == ("segments.t", 0, 1)
    assert not there.is_equal


def test_empty_tables_are_equal_when_their_columns_are(tmp_path):
    for name in ("one", "other"):
        with duckdb.connect(str(tmp_path / name)) as connection:
            connection.execute("create schema marts")
            connection.execute("create table marts.t (no bigint, ratio double)")
    (table,) = compare(tmp_path / "one", tmp_path / "other", [Table("marts", "t")])
    assert (table.rows, table.is_equal) == (0, True)
