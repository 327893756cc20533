"""Predictions in Python, between the marts and what reads them."""

from collections.abc import Iterator

import dagster as dg

from orchestration.defs.resources import WAREHOUSE, Shop
from orchestration.prediction.registry import PREDICTIONS, Prediction

GROUP = "4_predictions"


def prediction_step(prediction: Prediction) -> dg.AssetsDefinition:
    """The step that makes the tables of one prediction."""

    @dg.multi_asset(
        name=f"predict_{prediction.name}",
        specs=[
            dg.AssetSpec(
                key=["predictions", table.name],
                deps=list(prediction.reads),
                group_name=GROUP,
                description=table.description,
                owners=["team:analytics"],
                kinds={"python", "parquet"},
            )
            for table in prediction.tables
        ],
        pool=WAREHOUSE,
    )
    def predict(shop: Shop) -> Iterator[dg.MaterializeResult[None]]:
        from orchestration.prediction.step import (  # noqa: PLC0415  loads DuckDB's arrow side
            PredictionError,
            run_prediction,
        )

        workspace = shop.workspace
        try:
            report = run_prediction(prediction, workspace.work_db, workspace.lake, shop.as_of_date)
        except PredictionError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        for table, rows in report.rows.items():
            yield dg.MaterializeResult(
                asset_key=["predictions", table],
                metadata={
                    "dagster/row_count": rows,
                    "as_of_date": shop.as_of_date.isoformat(),
                    **report.figures,
                    "seconds": report.seconds,
                },
            )

    return predict


@dg.definitions
def predictions() -> dg.Definitions:
    """One step per prediction."""
    return dg.Definitions(assets=[prediction_step(prediction) for prediction in PREDICTIONS])
