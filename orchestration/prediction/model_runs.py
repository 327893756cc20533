"""How each fit of a model went, as the table model_runs keeps it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Literal

import pyarrow as pa

from orchestration.prediction.registry import MODEL_RUNS

Status = Literal["fitted", "too_few_data", "not_converged"]


@dataclass(frozen=True, slots=True)
class ModelRun:
    """One fit of one model, or why there is none."""

    model: str
    status: Status
    reason: str
    customers: int
    repeaters: int
    parameters: dict[str, float] | None = None
    standard_errors: tuple[float, ...] = ()
    """In the order of the parameters; NaN where the likelihood is flat."""
    log_likelihood: float | None = None


def as_table(runs: Sequence[ModelRun], *, as_of_date: date, days_of_data: int) -> pa.Table:
    """The runs as rows of lake/predictions/model_runs.parquet."""
    rows = [
        {
            "as_of_date": as_of_date,
            "model": run.model,
            "status": run.status,
            "reason": run.reason,
            "parameters": json.dumps(run.parameters) if run.parameters else None,
            "standard_errors": _errors(run),
            "log_likelihood": run.log_likelihood,
            "customers": run.customers,
            "repeaters": run.repeaters,
            "days_of_data": days_of_data,
        }
        for run in runs
    ]
    return pa.Table.from_pylist(rows, schema=MODEL_RUNS.schema)


def _errors(run: ModelRun) -> str | None:
    if run.parameters is None:
        return None
    known = zip(run.parameters, run.standard_errors, strict=True)
    return json.dumps({name: error if isfinite(error) else None for name, error in known})
