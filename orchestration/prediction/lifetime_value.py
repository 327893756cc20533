"""Lifetime value: what each buyer is expected to buy, spend and bring from as_of_date on."""

from orchestration.prediction.histories import buyers_until, collect_purchase_days
from orchestration.prediction.model_runs import as_table
from orchestration.prediction.step import Figure, Predicted, Task
from orchestration.prediction.value_models import fit_value_models


def predict(task: Task) -> Predicted:
    """The tables of the prediction lifetime_value."""
    collect_purchase_days(task.connection)
    buyers = buyers_until(task.connection, task.as_of_date)
    models = fit_value_models(buyers, task.settings)
    runs = as_table(
        models.runs,
        as_of_date=task.as_of_date,
        days_of_data=int(buyers.tenure.max(initial=0.0)),
    )
    figures: dict[str, Figure] = {"buyers": buyers.total, "purchase_model": models.runs[0].reason}
    return Predicted({"model_runs": runs}, figures)
