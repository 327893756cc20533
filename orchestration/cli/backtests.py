"""The command that looks back: backtest."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from orchestration.cli.build import fill
from orchestration.cli.context import ShopContext, console, shop_context
from orchestration.cli.progress import launched


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(backtest)


Days = Annotated[
    list[datetime] | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        help="A past day; may be given several times. Default: 90 days ago.",
    ),
]


def backtest(as_of: Days = None) -> None:
    """Build the shop as of past days, and compare that day's predictions with what happened."""
    shop = shop_context()
    if not shop.workspace.work_db.exists():
        console.print("There is no build yet: the shop is built first.")
        fill(shop)
        _run(shop, "build", {})
    days = [day.date().isoformat() for day in as_of or []]
    _run(shop, "backtest", {"backtest": {"as_of": days}})


def _run(shop: ShopContext, job: str, config: dict[str, object]) -> None:
    log = shop.workspace.work / "last_run.log"
    outcome = launched(job, log=log, config=config)
    for failure in outcome.failures:
        console.print(f"[red]stopped at {failure.step}[/red]")
        console.print(failure.message, markup=False)
    if not outcome.success:
        raise typer.Exit(1)
    for key, metadata in sorted(outcome.materialized.items()):
        if key.startswith("past_days/"):
            _show(key.removeprefix("past_days/"), metadata)


def _show(day: str, metadata: Mapping[str, Any]) -> None:
    """Where the day lies, and how each of its predictions did beside its baseline."""
    console.print(f"{day}: {metadata['persons']:,} persons")
    for name in ("customer_360", "customer_predictions"):
        console.print(f"  {name}: {metadata[name]}", soft_wrap=True)
    if isinstance(metadata["compared"], str):
        console.print(f"  not compared: {metadata['compared']}")
        return
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("prediction", "measure", "by", "", "baseline", "", "better"):
        table.add_column(name)
    for row in metadata["compared"]:
        verdict = {True: "yes", False: "no"}.get(row["is_better"], "cannot be said")
        values = [_number(row[name]) for name in ("model_value", "baseline_value")]
        table.add_row(
            row["prediction"],
            row["measure"],
            row["model"],
            values[0],
            row["baseline"],
            values[1],
            verdict,
        )
    console.print(table)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.3f}"
