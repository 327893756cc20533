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
        show_syncs(syncs)
    for failure in outcome.failures:
        console.print(f"[red]stopped at {failure.step}[/red]")
        console.print(failure.message, markup=False)
    minutes, seconds = divmod(round(outcome.seconds), 60)
    verdict = "[green]done[/green]" if outcome.success else "[red]failed[/red]"
    console.print(f"{verdict} in {minutes} min {seconds} s · log: {_short(log)}")
    if "report" in done:
        console.print(f"report: {_short(shop.workspace.reports / 'index.html')}")


def show_syncs(summaries: list[Any]) -> None:
    """What each sync planned and delivered, and what it waits for."""
    table = Table(title="syncs", box=box.SIMPLE_HEAD)
    table.add_column("sync", no_wrap=True)
    for name in ("add", "change", "remove", "same", "refused", "sent"):
        table.add_column(name, justify="right")
    table.add_column("status")
    for summary in summaries:
        counts = [summary[k] for k in ("adds", "changes", "removals", "unchanged")]
        counts += [sum(summary["refused"].values()), summary["delivered"]]
        status = str(summary["status"]).replace("_", " ")
        table.add_row(
            summary["sync"],
            *(f"{count:,}" for count in counts),
            f"{status}, dry run" if summary.get("is_dry_run") else status,
        )
    console.print(table)
    for summary in summaries:
        if summary["refused"]:
            reasons = ", ".join(f"{count:,} {code}" for code, count in summary["refused"].items())
            console.print(f"  {summary['sync']} refuses {reasons}")
        if summary.get("invalid"):
            reasons = ", ".join(f"{count:,} {code}" for code, count in summary["invalid"].items())
            console.print(f"  {summary['sync']} leaves out {reasons}")
        if summary.get("left_out"):
            reasons = ", ".join(f"{n:,} {code}" for code, n in summary["left_out"].items())
            console.print(f"  {summary['sync']} does not send {reasons}")
        if summary.get("waiting_reason"):
            console.print(f"  {summary['sync']} waits: {summary['waiting_reason']}", markup=False)
            console.print(f"    enishi sync approve {summary['plan_id']} --by YOU")


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
                f"{published['tables']} tables, {published['dagster/row_count']:,} rows",
            )
        )
    return rows


def _short(path: Path) -> str:
    """The path from here where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
