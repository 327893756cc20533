"""The command that compares engines: compare-engines."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer
from rich import box
from rich.table import Table as Listing

from orchestration.cli.context import ShopContext, console, shop_context
from orchestration.engines.tables import Manifest, Table
from orchestration.environments import REPOSITORY

if TYPE_CHECKING:
    from orchestration.engines.comparison import TableComparison


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command("compare-engines")(compare_engines)


def compare_engines() -> None:
    """Build the lake again with DuckDB, and compare every table with those of $ENISHI_TARGET.

    Who is who and the predictions are those of the last build, whose inputs are compared, too.
    """
    from orchestration.engines.comparison import compare  # noqa: PLC0415  loads DuckDB

    shop = shop_context()
    if shop.settings.target == "duckdb":
        _stop("ENISHI_TARGET is duckdb: set it to the engine that is compared with DuckDB.")
    if not shop.workspace.work_db.exists():
        _stop(f"There is no build with {shop.settings.target} yet: run `enishi publish` first.")
    beside = shop.workspace.work / "engines"
    tables = compare(shop.workspace.work_db, _built_with_duckdb(shop, beside), _tables(beside))
    _show(tables, shop.settings.target)
    raise typer.Exit(0 if all(table.is_equal for table in tables) else 1)


def _built_with_duckdb(shop: ShopContext, beside: Path) -> Path:
    """The database of every model on the shop's lake, made by DuckDB in a folder of its own."""
    from orchestration.defs import resources  # noqa: PLC0415  loads dbt

    beside.mkdir(parents=True, exist_ok=True)
    database = beside / "warehouse.duckdb"
    database.unlink(missing_ok=True)
    project = str(REPOSITORY / "dbt_project")
    command = [
        resources.DBT,
        "--quiet",
        "build",
        "--project-dir",
        project,
        "--profiles-dir",
        project,
    ]
    command += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    command += ["--target-path", str(beside), "--log-path", str(beside)]
    command += resources.dbt_variables(resources.Shop())
    environment = resources.dbt_environment(shop.settings, shop.workspace)
    environment |= {"ENISHI_TARGET": "duckdb", "ENISHI_WORK_DB": str(database)}
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, check=False
    )
    if done.returncode:
        _stop(f"The build with DuckDB failed; see {beside / 'dbt.log'}")
    return database


def _tables(beside: Path) -> list[Table]:
    from orchestration.defs.transformation import STEPS, tables_that_leave  # noqa: PLC0415  dbt

    manifest = Manifest(beside / "manifest.json")
    return [table for tag in STEPS for table in tables_that_leave(manifest, tag)]


def _show(tables: Sequence["TableComparison"], target: str) -> None:
    listing = Listing(box=box.SIMPLE_HEAD)
    for name in ("table", target, "duckdb", ""):
        listing.add_column(name, justify="left" if name in {"table", ""} else "right")
    for table in tables:
        rows = f"{table.rows:,}", f"{table.other_rows:,}"
        listing.add_row(str(table.table), *rows, _verdict(table))
    console.print(listing)
    equal = [table for table in tables if table.is_equal]
    compared = sum(table.rows for table in equal)
    console.print(f"{len(equal)} of {len(tables)} tables are equal, {compared:,} rows compared")


def _verdict(table: "TableComparison") -> str:
    if table.is_equal:
        return "equal"
    parts = [f"{table.differing_rows:,} rows differ"] if table.differing_rows else []
    if table.differing_columns:
        parts.append(f"columns differ: {', '.join(table.differing_columns)}")
    return "[red]" + "; ".join(parts) + "[/red]"


def _stop(message: str) -> NoReturn:
    console.print(message, style="red", markup=False)
    raise typer.Exit(2)
