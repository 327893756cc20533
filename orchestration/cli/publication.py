"""Commands about publications: publications, rollback, person-card."""

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
    app.command("person-card")(person_card)


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


def person_card(
    person_id: Annotated[str, typer.Argument(help="The person_id, as in marts.customer_360.")],
) -> None:
    """Write one person's line over time as a page of the report; the next report removes it."""
    from orchestration.publication.report.published import (  # noqa: PLC0415  loads DuckDB
        ReportError,
    )
    from orchestration.publication.report.render import (  # noqa: PLC0415  imports plotly
        render_person_card,
    )

    shop = shop_context()
    try:
        published = current(shop.workspace.published)
        if published is None:
            raise ReportError("There is no publication yet: run the build first.")
        page = render_person_card(
            published.folder,
            person_id,
            shop_title=shop.profile.title,
            reports=shop.workspace.reports,
        )
    except (NoPublicationError, ReportError) as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from error
    console.print(f"person card: {page}", soft_wrap=True)
