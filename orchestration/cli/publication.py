"""Commands about publications: publications, rollback."""

from typing import Annotated

import typer
from rich import box
from rich.table import Table

from orchestration.cli.context import console, shop_context
from orchestration.publication.editions import current, history
from orchestration.publication.editions import rollback as roll_back
from orchestration.publication.errors import NoPublicationError


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(publications)
    app.command()(rollback)


def publications() -> None:
    """List the publications that are kept, newest first."""
    folder = shop_context().workspace.published
    now = current(folder)
    table = Table(box=box.SIMPLE_HEAD)
    for name in ("publication", "as of", "published (UTC)", "tables", "rows", ""):
        table.add_column(name)
    for publication in history(folder):
        served = now is not None and publication.publication_id == now.publication_id
        table.add_row(
            publication.publication_id,
            publication.edition.as_of_date.isoformat(),
            f"{publication.edition.published_at:%Y-%m-%d %H:%M:%S}",
            str(len(publication.tables)),
            f"{sum(publication.row_counts().values()):,}",
            "served" if served else "",
        )
    console.print(table)


def rollback(
    to: Annotated[
        str | None, typer.Argument(help="The publication to serve; default: the one before.")
    ] = None,
) -> None:
    """Serve an earlier publication again, at one stroke."""
    try:
        publication = roll_back(shop_context().workspace.published, to)
    except NoPublicationError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from error
    console.print(f"Serving {publication.publication_id} again.")
