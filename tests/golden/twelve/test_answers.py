"""Every analysis of the twelve persons' shop equals what was worked out by hand."""

from pathlib import Path

import duckdb
import pytest

from tests.golden.building import build_shop
from tests.golden.twelve.answers import Answer, differences, read_answer
from tests.golden.twelve.world import HERE, VARIABLES, write_twelve

FILES = sorted((HERE / "answers").glob("*.csv"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_table_equals_the_answer_worked_out_by_hand(
    file: Path, twelve: Path, person_names: dict[str, str]
) -> None:
    with duckdb.connect(str(twelve), read_only=True) as connection:
        assert differences(read_answer(file), connection, person_names) == []


@pytest.mark.slow
def test_tests_of_the_data_pass_on_the_twelve_persons(tmp_path: Path) -> None:
    write_twelve(tmp_path / "lake")
    build_shop(tmp_path, VARIABLES)


def test_difference_names_what_is_missing_and_what_is_too_much() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table t as select * from (values (1, 0.5::double)) t(n, share)")
        answer = Answer("t", "true", ("n", "share"), (("1", "1/2"),))
        assert differences(answer, connection, {}) == []
        wrong = Answer("t", "true", ("n", "share"), (("1", "1/3"),))
        assert differences(wrong, connection, {}) == [
            "missing: {'n': '1', 'share': '1/3'}",
            "unexpected: {'n': 1, 'share': 0.5}",
        ]
