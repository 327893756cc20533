"""Commands that build: run, publish, generate, prepare, dbt-env."""

import os
import subprocess
from typing import Annotated

import typer

from orchestration.cli.context import ShopContext, console, shop_context
from orchestration.cli.progress import launched
from orchestration.cli.summary import show_outcome
from orchestration.environments import REPOSITORY
from orchestration.shops.landing import fill_landing
from orchestration.shops.profile import ShopError


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(run)
    app.command()(publish)
    app.command()(generate)
    app.command()(prepare)
    app.command("dbt-env", context_settings={"ignore_unknown_options": True})(dbt_env)


AcceptChanges = Annotated[
    bool,
    typer.Option(
        "--accept-changes",
        help="Publish although persons, segments, tables or sales moved past their limits.",
    ),
]


def run(accept_changes: AcceptChanges = False) -> None:
    """Fill the landing zone where the profile says so, then run the whole job to the channels."""
    _launch("everything", accept_changes=accept_changes)


def publish(accept_changes: AcceptChanges = False) -> None:
    """Ingest, build, gate and publish; plan and send nothing."""
    _launch("build", accept_changes=accept_changes)


def generate() -> None:
    """Fill the landing zone only."""
    fill(shop_context())


def prepare() -> None:
    """Write dbt's manifest, which Dagster and the linters read."""
    from orchestration.defs.resources import dbt_project  # noqa: PLC0415  loads dbt

    console.print(f"dbt manifest: {dbt_project().manifest_path}", soft_wrap=True)


def dbt_env(command: Annotated[list[str], typer.Argument(help="The command to run.")]) -> None:
    """Run a command with the variables dbt needs for the current shop."""
    from orchestration.defs.resources import dbt_environment  # noqa: PLC0415  loads dbt

    shop = shop_context()
    environment = {
        "DBT_PROJECT_DIR": str(REPOSITORY / "dbt_project"),
        "DBT_PROFILES_DIR": str(REPOSITORY / "dbt_project"),
        **os.environ,
        **dbt_environment(shop.settings, shop.workspace),
    }
    raise typer.Exit(subprocess.run(command, env=environment, check=False).returncode)


def fill(shop: ShopContext) -> None:
    """Fill the landing zone where the profile says so; a wrong profile ends the command."""
    try:
        files = fill_landing(
            shop.profile,
            shop.workspace,
            settings=shop.settings,
            repository=REPOSITORY,
            progress=console.print,
        )
    except ShopError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from error
    console.print(f"landing: {files:,} files of {shop.profile.title}")


def _launch(job: str, *, accept_changes: bool) -> None:
    shop = shop_context()
    fill(shop)
    decision = {"accept_changes": accept_changes}
    config = dict.fromkeys(("identity_gate", "outbound_gate", "publication"), decision)
    log = shop.workspace.work / "last_run.log"
    outcome = launched(job, log=log, config=config)
    show_outcome(shop, outcome, log)
    raise typer.Exit(0 if outcome.success else 1)
