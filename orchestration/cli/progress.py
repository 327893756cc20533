"""A run of a job as the console shows it: one line a step."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from orchestration.cli.context import console

if TYPE_CHECKING:
    from orchestration.launch import Outcome


def launched(job: str, *, log: Path, config: Mapping[str, object]) -> "Outcome":
    """Run a job with run config by op name, and show each step while it goes on."""
    from orchestration.launch import run_job  # noqa: PLC0415  imports Dagster

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        loading = progress.add_task("loading definitions", total=1)
        tasks = {}

        def on_step(step: str, state: str) -> None:
            progress.update(loading, completed=1)
            if state == "started":
                tasks[step] = progress.add_task(step, total=1)
            else:
                mark = "[green]✓[/green]" if state == "done" else "[red]✗[/red]"
                progress.update(tasks[step], completed=1, description=f"{step} {mark}")

        return run_job(job, log=log, on_step=on_step, config=config)
