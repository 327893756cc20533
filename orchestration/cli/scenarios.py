"""The command `enishi scenarios`: whom each scenario would reach today, and why not the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich import box
from rich.table import Table

from orchestration.cli.context import console, shop_context
from orchestration.publication.editions import current

TOP_REASONS = 2
BASES = {
    "f2_conversion": "the shop's F2 conversion in 90 days (rpt_f2_conversion)",
    "order_prediction": "each person's predicted orders of 90 days (customer_predictions)",
    "lead_probability": "each lead's chance of 14 days (rpt_lead_probabilities)",
    "none": "nothing: the step sells nothing",
}
_REACH = """
select sync, scenario, is_enabled, due, allowed, expectation, judged, gross_profit_per_order,
    expected_gross_profit, currency
from policy.rpt_scenario_reach
where ? in (scenario, sync, '')
order by is_enabled desc, scenario, sync
"""
_WATERFALL = """
select reason_code, removed, remaining
from policy.eligibility_waterfall
where sync = ?
order by step_order
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """One step as rpt_scenario_reach has it."""

    sync: str
    scenario: str
    is_enabled: bool
    due: int
    allowed: int
    expectation: str
    judged: int
    gross_profit_per_order: Decimal | None
    expected_gross_profit: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Fall:
    """One step of the contact policy for one step of a scenario."""

    reason: str
    removed: int
    remaining: int


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(scenarios)


def scenarios(
    name: Annotated[
        str, typer.Argument(help="A scenario, or <scenario>__<step>: with its waterfall.")
    ] = "",
) -> None:
    """Show whom each scenario would reach today, switched on or not, and what is expected."""
    published = current(shop_context().workspace.published)
    if published is None:
        _fail("There is no publication yet: run the build first.")
        return
    try:
        steps, falls = read_reach(published.warehouse, name)
    except duckdb.CatalogException:
        _fail("This publication knows no scenarios: build and publish again.")
        return
    if not steps:
        _fail(f"There is no scenario {name}; `enishi scenarios` lists them.")
    console.print(reach_table(steps, falls))
    if name:
        for step in steps:
            console.print(waterfall_table(step, falls[step.sync]))
            console.print(expectation_words(step), markup=False)
    else:
        console.print("Expected is what these people bring anyway, no effect of the message.")
        console.print("Switch one on: scenarios in the shop's profile (docs/scenarios).")


def read_reach(warehouse: Path, name: str) -> tuple[list[Reach], dict[str, list[Fall]]]:
    """Give the steps of a scenario, of all without a name, and sync → its waterfall."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        steps = [Reach(*row) for row in connection.execute(_REACH, [name]).fetchall()]
        falls = {
            step.sync: [
                Fall(*row) for row in connection.execute(_WATERFALL, [step.sync]).fetchall()
            ]
            for step in steps
        }
    return steps, falls


def reach_table(steps: Sequence[Reach], falls: dict[str, list[Fall]]) -> Table:
    """Give the steps with their reach, those that are on first."""
    table = Table(title="scenarios", box=box.SIMPLE_HEAD)
    table.add_column("step", no_wrap=True)
    table.add_column("on")
    table.add_column("due", justify="right")
    table.add_column("allowed", justify="right")
    table.add_column("refused by")
    table.add_column("expected gross profit", justify="right")
    for step in steps:
        worst = sorted(falls[step.sync], key=lambda fall: -fall.removed)[:TOP_REASONS]
        table.add_row(
            step.sync,
            "on" if step.is_enabled else "off",
            f"{step.due:,}",
            f"{step.allowed:,}",
            ", ".join(f"{fall.removed:,} {fall.reason}" for fall in worst if fall.removed),
            _money(step.expected_gross_profit, step.currency),
        )
    return table


def waterfall_table(step: Reach, falls: Sequence[Fall]) -> Table:
    """Give what each rule of the contact policy takes away from one step."""
    table = Table(title=step.sync, box=box.SIMPLE_HEAD)
    table.add_column("rule")
    table.add_column("removed", justify="right")
    table.add_column("left", justify="right")
    for fall in falls:
        if fall.removed or fall.reason == "in_segment":
            removed = f"{fall.removed:,}" if fall.removed else ""
            table.add_row(fall.reason, removed, f"{fall.remaining:,}")
    return table


def expectation_words(step: Reach) -> str:
    """Give where the expected gross profit of a step comes from."""
    profit = _money(step.gross_profit_per_order, step.currency)
    basis = f"{step.sync} expects by {BASES[step.expectation]}"
    if step.expectation == "none":
        return basis
    return (
        f"{basis}, known of {step.judged:,} of {step.allowed:,}; gross profit a purchase {profit}"
    )


def _money(amount: Decimal | None, currency: str) -> str:
    return "–" if amount is None else f"{amount:,.0f} {currency}"


def _fail(message: str) -> None:
    console.print(message, style="red", markup=False)
    raise typer.Exit(1)
