"""Drivers: what of a first purchase goes with buying again and with later sales.

An association, not a cause: who buys much at first may be who would have come back anyway.
"""

from importlib.util import find_spec
from math import isnan
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.prediction.analysis_runs import ML_EXTRA, Status, run_table
from orchestration.prediction.registry import DRIVER_RUNS, DRIVERS
from orchestration.prediction.step import Predicted, Task

if TYPE_CHECKING:
    from orchestration.prediction.regression import Association

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

_TARGETS = {"bought_again_180d": "logistic", "later_sales_365d": "linear"}
"""Target -> the regression that fits it; each has its correlations, too."""
_MOST_MISSING = 0.2
"""A feature that more of the rows do not know is left out."""
_ROWS_A_FEATURE = 10
"""Rows, or rows of the rarer answer, that each feature needs (Peduzzi and others 1996)."""


def predict(task: Task) -> Predicted:
    """The associations of both targets, or the reason why there are none."""
    if find_spec("statsmodels") is None:
        return _answer([], "extra_missing", ML_EXTRA, 0)
    rows: list[dict[str, object]] = []
    said: list[str] = []
    seen = 0
    for target in _TARGETS:
        found, remark, count = _associations(task, target)
        rows += found
        said.append(f"{target}: {remark}")
        seen = max(seen, count)
    return _answer(rows, "fitted" if rows else "too_few_data", "; ".join(said), seen)


def _associations(task: Task, target: str) -> tuple[list[dict[str, object]], str, int]:
    from orchestration.prediction import regression  # noqa: PLC0415  needs the extra ml

    names, features, answers = _rows_of(task, target)
    known = np.isnan(features).mean(axis=0) <= _MOST_MISSING if len(answers) else np.zeros(0, bool)
    used = [name for name, is_known in zip(names, known, strict=False) if is_known]
    complete = features[:, known] if len(answers) else features
    whole = ~np.isnan(complete).any(axis=1)
    complete, answers = complete[whole], answers[whole]
    count = len(answers)
    problem = _too_few(answers, len(used), int(task.settings["driver_least_rows"]), target)
    if problem:
        return [], problem, count
    highest_vif = task.settings["driver_highest_vif"]
    fit = regression.logistic if _TARGETS[target] == "logistic" else regression.linear
    by_method = {
        "correlation": regression.correlations(complete, answers, used),
        _TARGETS[target]: fit(complete, answers, used, highest_vif=highest_vif),
    }
    rows = [
        _row(target, method, each, count) for method, all_of in by_method.items() for each in all_of
    ]
    left_out = [name for name in names if name not in used]
    remark = f"{count} rows" + (f", without {', '.join(left_out)}" if left_out else "")
    return rows, remark, count


def _too_few(answers: Vector, features: int, least_rows: int, target: str) -> str | None:
    if len(answers) < least_rows:
        return f"{len(answers)} rows; {least_rows} are needed"
    if features == 0:
        return "no feature is known"
    rarer = len(answers)
    if _TARGETS[target] == "logistic":
        ones = int(answers.sum())
        rarer = min(ones, len(answers) - ones)
    needed = _ROWS_A_FEATURE * features
    return f"{rarer} rows of the rarer answer; {needed} are needed" if rarer < needed else None


def _rows_of(task: Task, target: str) -> tuple[list[str], Matrix, Vector]:
    """Names of the features, and of every buyer whose target is known the features and target."""
    features = task.connection.execute(
        "select feature, scale from seeds.driver_features where is_used order by feature"
    ).fetchall()
    columns = ", ".join(f"cast({name} as double) as {name}" for name, _ in features)
    rows = task.connection.sql(
        f"select cast({target} as double) as answer, {columns} "
        f"from intermediate.int_prediction__first_purchases where {target} is not null order by all"
    ).to_arrow_table()
    # Later sales are a hundred times as much for some as for others; their logarithm is not.
    answers = _values(rows, "answer", "log" if _TARGETS[target] == "linear" else "linear")
    values = [_values(rows, name, scale) for name, scale in features]
    return [name for name, _ in features], np.column_stack(values), answers


def _values(rows: pa.Table, column: str, scale: str) -> Vector:
    """A column, NaN where it is null; returns can make an amount negative, its logarithm is 0."""
    values: Vector = rows[column].to_numpy(zero_copy_only=False).astype(np.float64)
    return np.log1p(np.maximum(values, 0.0)) if scale == "log" else values


def _row(target: str, method: str, association: "Association", rows: int) -> dict[str, object]:
    figures = {
        "coefficient": association.coefficient,
        "low": association.low,
        "high": association.high,
        "p_value": association.p_value,
        "vif": association.vif,
    }
    return {
        "target": target,
        "method": method,
        "feature": association.feature,
        "flag": association.flag,
        "rows_seen": rows,
        **{name: None if isnan(value) else value for name, value in figures.items()},
    }


def _answer(rows: list[dict[str, object]], status: Status, reason: str, seen: int) -> Predicted:
    tables = {
        DRIVERS.name: pa.Table.from_pylist(rows, schema=DRIVERS.schema),
        DRIVER_RUNS.name: run_table(DRIVER_RUNS, "drivers", status, reason, rows=seen),
    }
    return Predicted(tables, {"status": status, "reason": reason})
