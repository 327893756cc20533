"""The lead model on planted leads, from the warehouse's table to the files in the lake."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.prediction import lead_scoring
from orchestration.prediction.registry import PREDICTIONS
from orchestration.prediction.step import run_prediction

(LEADS,) = [prediction for prediction in PREDICTIONS if prediction.name == "lead_scoring"]
DAY = date(2026, 10, 31)
WEEKS = 30

Rows = list[dict[str, Any]]


def write_leads(path: Path, leads: int, *, rate: float = 1.0) -> None:
    """So many leads a week; views drive the purchase and the points know half of them."""
    generator = np.random.default_rng(12)
    columns = ", ".join(f"{name} bigint" for name in lead_scoring.FEATURES)
    rows = []
    for week in range(WEEKS):
        for lead in range(leads):
            views, seen = generator.poisson(2.0), generator.poisson(2.0)
            chance = rate / (1 + np.exp(5.0 - 1.5 * np.log1p(views) - 1.5 * np.log1p(seen)))
            bought = int(generator.random() < chance) if week >= 2 else None
            features = dict.fromkeys(lead_scoring.FEATURES, 0)
            features |= {"product_views_7d": int(views), "cart_adds_7d": int(seen)}
            rows.append(
                (
                    f"lead{lead:03}",
                    DAY - timedelta(weeks=week),
                    bought,
                    int(views),
                    *features.values(),
                )
            )
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema seeds; create schema intermediate")
        connection.execute(
            "create table seeds.prediction_settings as "
            "select 'lead_least_positives' as setting, 200::double as value"
        )
        connection.execute(
            "create table intermediate.int_prediction__lead_snapshots (person_id text,"
            f" snapshot_date date, bought_within_14d bigint, points double, {columns})"
        )
        if rows:
            names = ("person_id", "snapshot_date", "bought_within_14d", "points")
            columns_of = dict(
                zip((*names, *lead_scoring.FEATURES), zip(*rows, strict=True), strict=True)
            )
            connection.register(
                "leads", pa.table({name: list(c) for name, c in columns_of.items()})
            )
            connection.execute(
                "insert into intermediate.int_prediction__lead_snapshots by name from leads"
            )


def score(home: Path) -> tuple[dict[str, Rows], dict[str, Any]]:
    run_prediction(LEADS, home / "warehouse.duckdb", home / "lake", DAY)
    tables = {
        table.name: pq.read_table(
            home / "lake" / "predictions" / f"{table.name}.parquet"
        ).to_pylist()
        for table in LEADS.tables
    }
    (run,) = tables["lead_runs"]
    return tables, run


def test_model_that_knows_more_than_the_points_beats_them_on_later_weeks(tmp_path: Path) -> None:
    write_leads(tmp_path / "warehouse.duckdb", 100)

    tables, run = score(tmp_path)

    assert run["status"] == "fitted"
    models = {row["model"]: row for row in tables["lead_models"]}
    assert models["logistic"]["auc"] > models["points"]["auc"] + 0.03 > 0.6
    assert models["points"]["brier_score"] is None
    # Snapshots 2 to 5 weeks ago test, 7 to 10 calibrate, the rest from 12 on train.
    for model in models.values():
        assert model["leads"] == 400
        assert [DAY - model[name] for name in ("test_to", "test_from")] == [
            timedelta(weeks=2),
            timedelta(weeks=5),
        ]
        assert [DAY - model[name] for name in ("calibration_to", "calibration_from")] == [
            timedelta(weeks=7),
            timedelta(weeks=10),
        ]
        assert [DAY - model[name] for name in ("training_to", "training_from")] == [
            timedelta(weeks=12),
            timedelta(weeks=29),
        ]
    # Only today's leads have a chance, and every one of them.
    assert len(tables["lead_probabilities"]) == 100
    for model in models:
        lifts = [row["lift"] for row in tables["lead_lifts"] if row["model"] == model]
        assert sum(lifts) == pytest.approx(10)
    strongest = sorted(tables["lead_coefficients"], key=lambda row: -row["coefficient"])[:2]
    assert {row["feature"] for row in strongest} == {"product_views_7d", "cart_adds_7d"}


def test_too_few_buyers_leave_the_points_alone(tmp_path: Path) -> None:
    write_leads(tmp_path / "warehouse.duckdb", 100, rate=0.2)

    tables, run = score(tmp_path)

    assert run["status"] == "too_few_data"
    assert run["reason"].startswith("points only: ")
    assert [row["model"] for row in tables["lead_models"]] == ["points"]
    assert tables["lead_probabilities"] == []


def test_shop_without_leads_has_no_model(tmp_path: Path) -> None:
    write_leads(tmp_path / "warehouse.duckdb", 0)

    tables, run = score(tmp_path)

    assert (run["status"], run["rows_seen"]) == ("too_few_data", 0)
    assert tables["lead_models"] == []


def test_without_the_extra_there_is_no_model_and_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_scoring, "find_spec", lambda _: None)
    write_leads(tmp_path / "warehouse.duckdb", 0)

    _, run = score(tmp_path)

    assert run["status"] == "extra_missing"
    assert "enishi[ml]" in run["reason"]
