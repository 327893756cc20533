"""The build and the hand-written SQL must give the same tables, and a difference must be seen."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.engines.comparison import TableComparison
from orchestration.engines.tables import Table
from tests.benchmarks.bench import Benchmark
from tests.benchmarks.comparison import compare_published
from tests.benchmarks.run import main
from tests.benchmarks.summary import as_json

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_database(name: str, sql: str) -> Path:
        path = tmp_path / f"{name}.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"create schema marts; create schema work; {sql}")
        return path

    return write_database


@pytest.mark.slow
def test_by_hand_equals_build_when_shop_is_small(tmp_path: Path) -> None:
    phases: list[str] = []
    benchmark = Benchmark(
        root=tmp_path, persons=200, repeat=1, memory_limit="2GB", progress=phases.append
    )
    result = benchmark.run()
    assert [table for table in result.comparisons if not table.is_equal] == []
    assert result.is_equal
    rows = {str(table.table): table.rows for table in result.comparisons}
    assert {name for name, count in rows.items() if count == 0} <= {"segments.seg_second_purchase"}
    assert len(rows) >= 23
    measured = as_json(result)
    assert measured["ratio"] > 0
    assert measured["failed_tests"] == 0
    assert measured["build"]["peak_mb"] > 50

    phases.clear()
    again = benchmark.run()
    assert "ingest" not in phases
    assert (result.reused, again.reused) == (False, True)
    assert again.cost("ingest") == result.cost("ingest")


def test_compare_ignores_order_of_rows_and_columns(write: Write) -> None:
    built = write(
        "built", "create table marts.t as select * from (values (1, 'a'), (2, 'b')) t(n, x)"
    )
    by_hand = write(
        "hand", "create table marts.t as select * from (values ('b', 2), ('a', 1)) t(x, n)"
    )
    assert compare_published(built, by_hand) == [TableComparison(Table("marts", "t"), 2, 2, 0, ())]


def test_compare_counts_each_copy_of_a_row(write: Write) -> None:
    built = write("built", "create table marts.t as select unnest([1, 1, null]) as n")
    by_hand = write("hand", "create table marts.t as select unnest([1, null, 3]) as n")
    (table,) = compare_published(built, by_hand)
    # A 1 of the build and the 3 by hand have no equal; null equals null.
    assert table.differing_rows == 1
    assert not table.is_equal


def test_compare_takes_doubles_for_equal_when_only_the_last_digits_differ(write: Write) -> None:
    built = write("built", "create table marts.t as select 'a' as x, 0.1::double as share")
    near = write("near", "create table marts.t as select 'a' as x, 0.1::double + 1e-12 as share")
    far = write("far", "create table marts.t as select 'a' as x, 0.1::double + 1e-6 as share")
    assert [table.is_equal for table in compare_published(built, near)] == [True]
    assert [table.is_equal for table in compare_published(built, far)] == [False]


def test_compare_names_columns_of_one_side_only(write: Write) -> None:
    built = write("built", "create table marts.t as select 1 as n, 2 as only_built")
    by_hand = write("hand", "create table marts.t as select 1 as n, 2 as only_hand")
    (table,) = compare_published(built, by_hand)
    assert (table.differing_rows, table.differing_columns) == (0, ("only_built", "only_hand"))
    assert not table.is_equal


def test_compare_sees_absent_table_also_when_it_is_empty(write: Write) -> None:
    built = write("built", "create table marts.t (n integer); create table work.w as select 1 as n")
    (table,) = compare_published(built, write("hand", ""))
    assert (str(table.table), table.is_equal) == ("marts.t", False)


def test_run_refuses_zero_persons(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--persons", "0"])
    assert stop.value.code == 2
    assert "must be 1 or more" in capsys.readouterr().err
