"""The step between the marts and what reads predictions: warehouse in, one Parquet file a table."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from time import perf_counter

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.durable import replace_table
from orchestration.prediction.registry import (
    PREDICTIONS,
    TABLES_OF_JOBS,
    Prediction,
    PredictionTable,
)

FOLDER = "predictions"
Figure = int | float | str


class PredictionError(ValueError):
    """A prediction cannot be made; the message names the prediction and the mend."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a prediction is given: the work database, read-only, and the last complete day."""

    connection: duckdb.DuckDBPyConnection
    as_of_date: date
    settings: Mapping[str, float]
    """The seed prediction_settings by name."""
    lake: Path

    def earlier(self, table: PredictionTable) -> pa.Table:
        """The rows that earlier runs left of a table; none before the first."""
        file = table_file(self.lake, table)
        rows = pq.read_table(file) if file.exists() else table.schema.empty_table()
        return _in_schema(rows, table.schema)


@dataclass(frozen=True, slots=True)
class Predicted:
    """What a prediction gives: a table for each of its entry, in the registry's schema."""

    tables: Mapping[str, pa.Table]
    figures: Mapping[str, Figure] = field(default_factory=dict)
    """Counts and reasons for whoever watches the run; no personal data."""


@dataclass(frozen=True, slots=True)
class PredictionReport:
    """What one prediction wrote."""

    rows: Mapping[str, int]
    """Rows of each of its tables, those of earlier days included."""
    figures: Mapping[str, Figure]
    seconds: float


def run_predictions(work_db: Path, lake: Path, as_of_date: date) -> dict[str, PredictionReport]:
    """Run every prediction, in the order of the registry.

    Raises:
        PredictionError: see run_prediction.
    """
    return {
        prediction.name: run_prediction(prediction, work_db, lake, as_of_date)
        for prediction in PREDICTIONS
    }


def run_prediction(
    prediction: Prediction, work_db: Path, lake: Path, as_of_date: date
) -> PredictionReport:
    """Predict from the tables of the work database and replace lake/predictions/<table>.parquet.

    Raises:
        PredictionError: the module gave other tables or columns than the registry says.
    """
    started = perf_counter()
    with duckdb.connect(str(work_db), read_only=True) as connection:
        settings = dict(
            connection.execute("select setting, value from seeds.prediction_settings").fetchall()
        )
        predicted = _function(prediction)(Task(connection, as_of_date, settings, lake))
    if set(predicted.tables) != {table.name for table in prediction.tables}:
        raise PredictionError(
            f"{prediction.name} gave the tables {sorted(predicted.tables)}; "
            "name in registry.py what it gives"
        )
    rows: dict[str, int] = {}
    for table in prediction.tables:
        written = _with_history(predicted.tables[table.name], table, lake, as_of_date)
        replace_table(table_file(lake, table), written)
        rows[table.name] = written.num_rows
    return PredictionReport(rows, predicted.figures, round(perf_counter() - started, 3))


def ensure_tables(lake: Path) -> None:
    """Give dbt an empty typed file for each table that no prediction has written yet."""
    tables = [table for prediction in PREDICTIONS for table in prediction.tables]
    for table in (*tables, *TABLES_OF_JOBS):
        if not table_file(lake, table).exists():
            replace_table(table_file(lake, table), table.schema.empty_table())


def _function(prediction: Prediction) -> Callable[[Task], Predicted]:
    # A prediction's libraries are loaded when it runs, not when the code location is read.
    module = importlib.import_module(f"orchestration.prediction.{prediction.name}")
    function: Callable[[Task], Predicted] = module.predict
    return function


def _with_history(rows: pa.Table, table: PredictionTable, lake: Path, as_of_date: date) -> pa.Table:
    if not rows.schema.equals(table.schema):
        raise PredictionError(
            f"{table.name} has the columns {rows.schema.names}; registry.py says "
            f"{table.schema.names}, with their types"
        )
    file = table_file(lake, table)
    if not (table.keeps_history and file.exists()):
        return rows
    earlier = pq.read_table(file)
    if not earlier.schema.equals(table.schema):
        earlier = _in_schema(earlier, table.schema)
    other_days = earlier.filter(pc.not_equal(earlier["as_of_date"], pa.scalar(as_of_date)))
    return pa.concat_tables([other_days, rows])


def _in_schema(earlier: pa.Table, schema: pa.Schema) -> pa.Table:
    """Rows that an earlier release wrote: columns it did not know are null."""
    columns = [
        earlier[column.name].cast(column.type)
        if column.name in earlier.schema.names
        else pa.nulls(earlier.num_rows, column.type)
        for column in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def table_file(lake: Path, table: PredictionTable) -> Path:
    """Where a table lies."""
    return lake / FOLDER / f"{table.name}.parquet"
