"""How a run is shown at its end: one table from the landing zone to the channels."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table

from orchestration.cli.context import ShopContext, console
from orchestration.launch import Outcome


def show_outcome(shop: ShopContext, outcome: Outcome, log: Path) -> None:
    """Say what was ingested, resolved, published and planned, or why the run stopped."""
    done = outcome.materialized
    table = Table(title=f"{shop.profile.title} · run {outcome.run_id[:8]}", box=box.SIMPLE_HEAD)
    table.add_column("stage")
    table.add_column("what")
    table.add_column("result", justify="right")
    for row in (*_ingested(done), *_built(done)):
        table.add_row(*row)
    console.print(table)
    syncs = [
        metadata["summary"]
        for key, metadata in sorted(done.items())
        if key.startswith("activation/")
    ]
    if syncs:
        console.print(sync_table(syncs))
    for failure in outcome.failures:
        console.print(f"[red]stopped at {failure.step}[/red]\n{failure.message}", markup=True)
    minutes, seconds = divmod(round(outcome.seconds), 60)
    verdict = "[green]done[/green]" if outcome.success else "[red]failed[/red]"
    console.print(f"{verdict} in {minutes} min {seconds} s · log: {_short(log)}")
    if "report" in done:
        console.print(f"report: {_short(shop.workspace.report)}")


def sync_table(summaries: list[Any]) -> Table:
    """What each sync planned and delivered."""
    table = Table(title="Syncs", box=box.SIMPLE_HEAD)
    table.add_column("sync")
    for name in ("add", "change", "remove", "same", "refused", "delivered", "unknown"):
        table.add_column(name, justify="right")
    table.add_column("status")
    for summary in summaries:
        refused = sum(summary["refused"].values())
        counts = [summary[k] for k in ("adds", "changes", "removals", "unchanged")]
        counts += [refused, summary["delivered"], summary["unknown"]]
        dry = " (dry run)" if summary.get("is_dry_run") else ""
        waiting = f": {summary['waiting_reason']}" if summary.get("waiting_reason") else ""
        table.add_row(
            summary["sync"],
            *(f"{count:,}" for count in counts),
            f"{summary['status']}{dry}{waiting}",
        )
    return table


def _ingested(done: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    rows = []
    for key, metadata in sorted(done.items()):
        if "rows_accepted" not in metadata:
            continue
        if metadata["files_new"]:
            result = (
                f"{metadata['rows_accepted']:,} rows, {metadata['rows_quarantined']:,} quarantined"
            )
        else:
            result = "nothing new"
        rows.append(("ingested", key, result))
    return rows


def _built(done: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    rows = []
    if people := done.get("identity/person_map"):
        rows.append(
            ("resolved", "records → persons", f"{people['records']:,} → {people['persons']:,}")
        )
    for key in ("seg_first_purchase", "seg_second_purchase", "seg_winback"):
        if key in done and "dagster/row_count" in done[key]:
            rows.append(("segment", key, f"{done[key]['dagster/row_count']:,} persons"))
    if published := done.get("publication"):
        rows.append(
            (
                "published",
                str(published["publication_id"]),
                f"{published['tables']} tables, {published['rows']:,} rows",
            )
        )
    return rows


def _short(path: Path) -> str:
    """The path from here where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
