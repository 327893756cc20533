"""Predictions reach lake/predictions whole, typed, and with the days before them."""

import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.prediction.registry import PREDICTIONS, Prediction, PredictionTable
from orchestration.prediction.step import (
    Predicted,
    PredictionError,
    Task,
    ensure_tables,
    run_prediction,
)

SCHEMA = pa.schema([("as_of_date", pa.date32()), ("sum", pa.int64())])
MONDAY, TUESDAY = date(2026, 10, 26), date(2026, 10, 27)


@pytest.fixture
def work_db(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema seeds; create table numbers as from range(5) as t(n)")
        connection.execute("create table seeds.prediction_settings (setting text, value double)")
        connection.execute("insert into seeds.prediction_settings values ('least', 3)")
    return path


@pytest.fixture
def total(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A prediction that adds the numbers from a setting on."""

    def predict(task: Task) -> Predicted:
        found = task.connection.execute(
            "select sum(n)::bigint from numbers where n >= ?", [task.settings["least"]]
        ).fetchone()
        assert found is not None
        rows = [{"as_of_date": task.as_of_date, "sum": found[0]}]
        return Predicted({"sums": pa.Table.from_pylist(rows, schema=SCHEMA)}, {"numbers": 5})

    module = SimpleNamespace(predict=predict)
    monkeypatch.setitem(sys.modules, "orchestration.prediction.total", module)
    return module


def prediction(*, keeps_history: bool = False, table: str = "sums") -> Prediction:
    return Prediction("total", ("numbers",), (PredictionTable(table, "", SCHEMA, keeps_history),))


def written(lake: Path) -> list[tuple[date, int]]:
    rows = pq.read_table(lake / "predictions" / "sums.parquet").to_pylist()
    return [(row["as_of_date"], row["sum"]) for row in rows]


@pytest.mark.usefixtures("total")
def test_run_prediction_replaces_its_table(work_db: Path, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    run_prediction(prediction(), work_db, lake, MONDAY)

    report = run_prediction(prediction(), work_db, lake, TUESDAY)

    assert written(lake) == [(TUESDAY, 7)]
    assert (dict(report.rows), dict(report.figures)) == ({"sums": 1}, {"numbers": 5})
    assert [file.name for file in (lake / "predictions").iterdir()] == ["sums.parquet"]


@pytest.mark.usefixtures("total")
def test_run_prediction_keeps_other_days_once_when_the_table_has_a_history(
    work_db: Path, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    for day in (MONDAY, TUESDAY, TUESDAY):
        run_prediction(prediction(keeps_history=True), work_db, lake, day)

    assert written(lake) == [(MONDAY, 7), (TUESDAY, 7)]


@pytest.mark.usefixtures("total")
def test_run_prediction_reads_a_history_without_a_column_of_today(
    work_db: Path, tmp_path: Path
) -> None:
    file = tmp_path / "lake" / "predictions" / "sums.parquet"
    file.parent.mkdir(parents=True)
    pq.write_table(pa.table({"as_of_date": pa.array([MONDAY])}), file)

    run_prediction(prediction(keeps_history=True), work_db, tmp_path / "lake", TUESDAY)

    assert written(tmp_path / "lake") == [(MONDAY, None), (TUESDAY, 7)]


@pytest.mark.usefixtures("total")
def test_run_prediction_refuses_tables_that_the_registry_does_not_name(
    work_db: Path, tmp_path: Path
) -> None:
    with pytest.raises(PredictionError, match=r"gave the tables \['sums'\]"):
        run_prediction(prediction(table="others"), work_db, tmp_path / "lake", MONDAY)
    assert not (tmp_path / "lake").exists()


def test_run_prediction_refuses_other_columns_than_the_registry_names(
    work_db: Path, tmp_path: Path, total: SimpleNamespace
) -> None:
    total.predict = lambda _: Predicted({"sums": pa.table({"sum": [1]})})

    with pytest.raises(PredictionError, match="sums has the columns"):
        run_prediction(prediction(), work_db, tmp_path / "lake", MONDAY)


def test_ensure_tables_gives_empty_typed_files_and_leaves_what_is_there(tmp_path: Path) -> None:
    ensure_tables(tmp_path)
    tables = [table for prediction in PREDICTIONS for table in prediction.tables]
    for table in tables:
        file = pq.read_table(tmp_path / "predictions" / f"{table.name}.parquet")
        assert (file.num_rows, file.schema) == (0, table.schema)

    kept = tmp_path / "predictions" / f"{tables[0].name}.parquet"
    kept.write_bytes(b"kept")
    ensure_tables(tmp_path)
    assert kept.read_bytes() == b"kept"
