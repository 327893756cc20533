"""How an analysis in Python went: whether it has an answer, and if not, why."""

from typing import Literal

import pyarrow as pa

from orchestration.prediction.registry import PredictionTable

Status = Literal["fitted", "too_few_data", "extra_missing"]

ML_EXTRA = "scikit-learn and statsmodels are not installed: pip install 'enishi[ml]'"


def run_table(
    table: PredictionTable, analysis: str, status: Status, reason: str, *, rows: int
) -> pa.Table:
    """The one row of the analysis: how it went, on how many rows, and figures or the mend."""
    row = {"analysis": analysis, "status": status, "reason": reason, "rows_seen": rows}
    return pa.Table.from_pylist([row], schema=table.schema)
