"""Each lead's chance to buy for the first time within 14 days, and how far it can be believed."""

from datetime import date
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from orchestration.prediction.analysis_runs import ML_EXTRA, Status, run_table
from orchestration.prediction.lead_periods import Periods, split_by_time
from orchestration.prediction.registry import (
    LEAD_COEFFICIENTS,
    LEAD_LIFTS,
    LEAD_MODELS,
    LEAD_PROBABILITIES,
    LEAD_RUNS,
)
from orchestration.prediction.step import Predicted, Task

if TYPE_CHECKING:
    from orchestration.prediction.lead_model import LeadModel

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Days = NDArray[np.int64]

HORIZON = 14
"""Days within which the first purchase counts; int_prediction__leads has the same."""
FEATURES = (
    "days_known",
    *(
        f"{act}_{days}d"
        for act in (
            "product_views",
            "searches",
            "cart_adds",
            "checkouts",
            "mail_clicks",
            "line_taps",
        )
        for days in (7, 28)
    ),
)
"""Columns of int_prediction__lead_snapshots."""


def predict(task: Task) -> Predicted:
    """Chances of today's leads and the model's test beside the points, or why there are none."""
    if find_spec("sklearn") is None:
        return _answer({}, "extra_missing", ML_EXTRA, 0)
    from orchestration.prediction import lead_model as lm  # noqa: PLC0415  needs the extra ml

    known = _Snapshots(task, "bought_within_14d is not null")
    periods = split_by_time(np.unique(known.days).tolist(), HORIZON) if known.people else None
    if periods is None:
        return _answer({}, "too_few_data", "no 14 weeks of leads to learn from", len(known.people))
    points = _tested("points", known.points, None, known, periods)
    try:
        model = lm.fit_lead_model(
            known.features,
            known.bought,
            known.days,
            periods,
            least_positives=int(task.settings["lead_least_positives"]),
        )
    except lm.LeadModelError as error:
        return _answer(points, "too_few_data", f"points only: {error}", len(known.people))
    chances = model.probability(known.features)
    logistic = _tested("logistic", chances, chances, known, periods)
    today = _Snapshots(task, f"snapshot_date = date '{task.as_of_date}'")
    tables = {
        **{name: points.get(name, []) + logistic[name] for name in logistic},
        LEAD_PROBABILITIES.name: [
            {"person_id": person, "probability": chance}
            for person, chance in zip(
                today.people, model.probability(today.features).tolist(), strict=True
            )
        ],
        LEAD_COEFFICIENTS.name: _coefficients(model),
    }
    said = f"{int(known.bought.sum())} of {len(known.people)} weekly leads bought in 14 days"
    return _answer(tables, "fitted", said, len(known.people))


class _Snapshots:
    """Rows of int_prediction__lead_snapshots, in an order that does not change from run to run."""

    def __init__(self, task: Task, condition: str) -> None:
        columns = ", ".join(f"cast({name} as double) as {name}" for name in FEATURES)
        rows = task.connection.sql(
            "select person_id, snapshot_date, cast(bought_within_14d as double) as bought, "
            f"cast(points as double) as points, {columns} "
            f"from intermediate.int_prediction__lead_snapshots where {condition} "
            f"order by snapshot_date, {', '.join(FEATURES)}, bought, person_id"
        ).to_arrow_table()
        self.people: list[str] = rows["person_id"].to_pylist()
        self.days: Days = (
            rows["snapshot_date"].cast(pa.int32()).to_numpy(zero_copy_only=False).astype(np.int64)
        )
        self.bought: Vector = rows["bought"].to_numpy(zero_copy_only=False)
        self.points: Vector = rows["points"].to_numpy(zero_copy_only=False)
        self.features: Matrix = np.column_stack(
            [rows[name].to_numpy(zero_copy_only=False) for name in FEATURES]
        )


def _tested(
    name: str, scores: Vector, chances: Vector | None, known: _Snapshots, periods: Periods
) -> dict[str, list[dict[str, object]]]:
    """How well the scores rank the leads of the test weeks; nothing where all had one outcome."""
    from orchestration.prediction.lead_model import brier_score, ranking  # noqa: PLC0415  see above

    in_test = periods.test.holds(known.days)
    bought = known.bought[in_test]
    if len(np.unique(bought)) < 2 or np.isnan(scores).any():
        return {}
    found = ranking(scores[in_test], bought)
    row: dict[str, object] = {
        "model": name,
        "leads": len(bought),
        "buyers": int(bought.sum()),
        "base_rate": float(bought.mean()),
        "auc": found.auc,
        "brier_score": None if chances is None else brier_score(chances[in_test], bought),
        "top_decile_lift": float(found.lifts[0]),
    }
    for part, period in periods.by_name().items():
        row[f"{part}_from"] = _day(period.first)
        row[f"{part}_to"] = _day(period.last)
    lifts: list[dict[str, object]] = [
        {"model": name, "decile": place, "lift": lift}
        for place, lift in enumerate(found.lifts.tolist(), start=1)
    ]
    return {LEAD_MODELS.name: [row], LEAD_LIFTS.name: lifts}


def _coefficients(model: "LeadModel") -> list[dict[str, object]]:
    return [
        {"feature": name, "coefficient": coefficient, "odds_ratio": float(np.exp(coefficient))}
        for name, coefficient in zip(FEATURES, model.coefficients.tolist(), strict=True)
    ]


def _day(number: int) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + number)


def _answer(
    rows: dict[str, list[dict[str, object]]], status: Status, reason: str, seen: int
) -> Predicted:
    tables = {
        table.name: pa.Table.from_pylist(rows.get(table.name, []), schema=table.schema)
        for table in (LEAD_PROBABILITIES, LEAD_MODELS, LEAD_LIFTS, LEAD_COEFFICIENTS)
    }
    runs = run_table(LEAD_RUNS, "lead_model", status, reason, rows=seen)
    return Predicted({**tables, LEAD_RUNS.name: runs}, {"status": status, "reason": reason})
