"""Commands about what third parties were given: provisions export."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.context import console, shop_context

COLUMNS = (
    "provided_at",
    "recipient",
    "country",
    "items",
    "person_id",
    "purpose",
    "consent_reference",
    "outcome",
    "sync",
    "run_id",
)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    room = typer.Typer(help="What third parties were given of whom.", no_args_is_help=True)
    room.callback()(_keep_the_verb)
    room.command("export")(export)
    app.add_typer(room, name="provisions")


def _keep_the_verb() -> None:
    """What third parties were given of whom: the record that the law asks for."""


def export(
    to: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="From this day (UTC) on; default: all."),
    ] = None,
    person: Annotated[str | None, typer.Option(help="Only this person_id.")] = None,
) -> None:
    """Write the record of provisions to third parties as CSV, for a request or an inspection."""
    from orchestration.shops.ledger import shop_ledger  # noqa: PLC0415  loads SQLAlchemy

    context = shop_context()
    begin = since.replace(tzinfo=UTC) if since else None
    count = 0
    with (
        shop_ledger(context.settings, context.workspace) as ledger,
        to.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in ledger.provisions(since=begin, person_id=person):
            values = {name: getattr(row, name) for name in COLUMNS}
            values["provided_at"] = row.provided_at.isoformat()
            values["items"] = " ".join(row.items)
            writer.writerow(values.values())
            count += 1
    console.print(f"{count:,} provisions written to {to.name}.")
