"""The result of a benchmark as a table on the terminal and as JSON."""

import json
import os
import platform
from dataclasses import asdict
from pathlib import Path
from typing import Any

import dbt.version
import duckdb
from rich.console import Console
from rich.table import Table

from tests.benchmarks.bench import BUILD_STEPS, STEPS, Result
from tests.benchmarks.measure import Cost


def show(result: Result, console: Console) -> None:
    """Print what was measured and what differs."""
    console.print(_phases(result))
    console.print(_tables(result))
    console.print(
        f"build / by hand: [bold]{result.ratio:.2f}[/bold] "
        f"({result.cpu_ratio:.2f} in CPU seconds) · "
        f"starting dbt three times is {result.start_up_share:.0%} of the build's time, "
        f"without it the ratio is {ratio_without_start_up(result):.2f}"
    )
    verdict = "[green]same rows[/green]" if result.is_equal else "[red]rows differ[/red]"
    if failed_tests(result):
        console.print(f"[yellow]{failed_tests(result)} dbt tests failed; see logs/[/yellow]")
    console.print(f"{len(result.comparisons)} published tables compared: {verdict}")


def as_json(result: Result) -> dict[str, Any]:
    """Everything that was measured, with the machine it was measured on."""
    return {
        "persons": result.persons,
        "as_of_date": result.as_of_date,
        "machine": machine(),
        "lake_reused": result.reused,
        "costs": {name: [asdict(cost) for cost in costs] for name, costs in result.costs.items()},
        "build": asdict(result.build),
        "by_hand": asdict(result.cost("by_hand")),
        "ratio": result.ratio,
        "cpu_ratio": result.cpu_ratio,
        "ratio_without_start_up": ratio_without_start_up(result),
        "start_up_share": result.start_up_share,
        "failed_tests": failed_tests(result),
        "figures": result.figures,
        "tables": [
            asdict(table) | {"table": str(table.table), "is_equal": table.is_equal}
            for table in result.comparisons
        ],
        "is_equal": result.is_equal,
    }


def save(result: Result, file: Path) -> None:
    """Write the JSON result."""
    file.write_text(json.dumps(as_json(result), indent=2) + "\n", encoding="utf-8")


def machine() -> dict[str, str | int | float | None]:
    """What decides the seconds beside the code."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load_average": os.getloadavg()[0],
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
        "dbt": dbt.version.__version__,
    }


def ratio_without_start_up(result: Result) -> float:
    """The ratio when dbt's three starts cost nothing."""
    return result.ratio * (1 - result.start_up_share)


def failed_tests(result: Result) -> int:
    """Tests that failed, and nodes with an error, in the build with tests."""
    statuses = [result.figures[f"{step}_with_tests"]["nodes_by_status"] for step in STEPS]
    return sum(found.get("fail", 0) + found.get("error", 0) for found in statuses)


def _phases(result: Result) -> Table:
    facts = machine()
    table = Table(
        title=f"{result.persons:,} persons · {facts['cores']} cores · {facts['system']} · "
        f"Python {facts['python']} · DuckDB {facts['duckdb']} · dbt {facts['dbt']}"
    )
    table.add_column("phase", no_wrap=True)
    for name in ("seconds", "CPU s", "peak MB", "MB written", "rows", "rows/s"):
        table.add_column(name, justify="right")
    earlier = " (earlier run)" if result.reused else ""
    for phase, title in (("generate", "generate the shop"), ("ingest", "ingest without gates")):
        rows = result.figures[phase]["rows"]
        cost = result.cost(phase)
        table.add_row(title + earlier, *_cells(cost), f"{rows:,}", f"{rows / cost.seconds:,.0f}")
    table.add_section()
    for name, title in (
        ("stage1", "dbt: staging, identity edges"),
        ("resolve", "resolve persons"),
        ("stage2", "dbt: marts"),
        ("predict", "predictions"),
        ("stage3", "dbt: segments, policy"),
    ):
        table.add_row(f"  {title}", *_cells(result.cost(name)))
    table.add_row("[bold]the build, without tests[/bold]", *_cells(result.build))
    table.add_row("[bold]the same tables by hand[/bold]", *_cells(result.cost("by_hand")))
    table.add_section()
    with_tests = result.total(*(f"{name}_with_tests" for name in BUILD_STEPS))
    table.add_row("the build with all dbt tests", *_cells(with_tests))
    table.add_row("dbt parse, once per change of the project", *_cells(result.cost("dbt_parse")))
    table.add_row("dbt start-up (dbt ls)", *_cells(result.cost("dbt_ls")))
    return table


def _cells(cost: Cost) -> tuple[str, str, str, str]:
    peak, written = (f"{size:,.0f}" for size in (cost.peak_mb, cost.written_mb))
    return f"{cost.seconds:,.1f}", f"{cost.cpu_seconds:,.1f}", peak, written


def _tables(result: Result) -> Table:
    table = Table(title="the build against the hand-written SQL")
    table.add_column("table", no_wrap=True)
    for name in ("rows", "rows by hand", "differing rows"):
        table.add_column(name, justify="right")
    table.add_column("columns not compared")
    for item in result.comparisons:
        style = None if item.is_equal else "red"
        counts = (item.rows, item.other_rows, item.differing_rows)
        cells = (f"{count:,}" for count in counts)
        columns = ", ".join(item.differing_columns)
        table.add_row(str(item.table), *cells, columns, style=style)
    return table
