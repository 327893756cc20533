"""Commands about sources: check-source."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from orchestration.cli.context import console, shop_context
from orchestration.ingest.check import check_file
from orchestration.ingest.errors import IngestError
from orchestration.ingest.mapping import load_mapping
from orchestration.ingest.report import CheckReport


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command("check-source")(check_source)


def check_source(
    mapping: Annotated[Path, typer.Argument(help="The mapping file (YAML).", exists=True)],
    file: Annotated[Path, typer.Argument(help="A file of the source.", exists=True)],
) -> None:
    """Try a mapping on a file before using it; nothing is written."""
    try:
        report = check_file(
            load_mapping(mapping), file, shop_time_zone=shop_context().profile.time_zone
        )
    except IngestError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from error
    console.print(_table(report))
    for reason, rows in report.rows_by_reason.items():
        console.print(f"  {reason}: rows {', '.join(str(row) for row in rows)}")
    if report.breach:
        console.print(str(report.breach), style="red", markup=False)
        raise typer.Exit(1)
    console.print("[green]The file would be taken.[/green]")


def _table(report: CheckReport) -> Table:
    table = Table(title=f"{report.file} as {report.source}, feed {report.feed}")
    table.add_column("entity")
    for name in ("read", "accepted", "quarantined", "filtered", "repeated"):
        table.add_column(name, justify="right")
    for entity in report.entities:
        counts = (
            entity.rows_read,
            entity.accepted,
            entity.quarantined,
            entity.filtered,
            entity.repeated,
        )
        table.add_row(entity.entity, *(f"{count:,}" for count in counts))
    return table
